#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/models/run/session.h"

namespace gradzoo {

/// What of a request for a frame costs time.
struct FrameRequest {
  int64_t cells = 64;     ///< of the density along each axis
  int64_t samples = 300;  ///< that are drawn
  bool careful =
      false;  ///< by the run's own way of sampling, not the quick one; with the KL, where it is known
};

/// A model that learns a distribution in the plane while somebody looks on: a run without files.
class LiveModel {
 public:
  /// {"model": "score", "data": "ring8", "set": ["objective=ism", ...]}; in place of "data" "points": [[x,
  /// y],
  /// ...], of which each draw is one, or "file": the name of a file of points, whose `bytes` are as hostile
  /// as any. Throws Error for what a run would refuse.
  explicit LiveModel(const nlohmann::json& request, const std::string& bytes = "");

  /// {"steps", "parameters", "batch", "metrics": [{"name", "meaning"}], "warning", "options": see
  /// described_options; own: the model's, "box": [x0, x1, y0, y1], "data": [[x, y], ...], "truth": {"cells",
  /// "values"}}: the truth is left out where it has no density.
  nlohmann::json about() const;
  /// Trains for that long, one step at least, or `steps` of them: {"step", "done", "seconds", "rows": [[step,
  /// metric, ...]]}, the means of the metrics over the steps of a row.
  nlohmann::json advance(double milliseconds, int64_t steps);
  /// What it has learned so far: {"step", "samples": [[x, y], ...], "shown": "density", "score" or "D", and
  /// "values" (cells, cells) of bytes from the lowest y up, or "arrows": [[x, y, dx, dy], ...]; "kl" in
  /// nats}.
  nlohmann::json frame(const FrameRequest& request);

 private:
  class Watcher;
  Box box() const;
  Tensor samples(const FrameRequest& request, const Target& target);

  std::unique_ptr<RunOptions> options_;
  std::shared_ptr<const Toy> toy_;
  std::unique_ptr<Session> session_;
  Tensor walkers_;  // of the last frame's chains
};

/// The models that learn points of the plane: [{"name", "summary", "source", "set": what is smaller here than
/// in the command, so that a page draws often}].
nlohmann::json plane_models();

}  // namespace gradzoo
