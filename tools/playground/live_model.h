#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/models/run/session.h"

namespace gradzoo {

/// A request for a frame: its fields decide how long the frame takes.
struct FrameRequest {
  int64_t cells = 64;     ///< cells of the density along each axis
  int64_t samples = 300;  ///< number of samples
  bool careful = false;   ///< true: the run's own sampler instead of the quick one, and the KL if it is known
  bool game = false;      ///< true: for a GAN also what D and G do (see frame())
};

/// A model that learns a distribution in the plane while a page shows it: a run without files.
class LiveModel {
 public:
  /// Takes {"model": "score", "data": "ring8", "set": ["objective=ism", ...]}. Instead of "data", the request
  /// may have "points": [[x, y], ...], from which training draws, or "file": the name of a file of points
  /// with these `bytes`, which are not trusted. Throws Error for settings that a run would refuse.
  explicit LiveModel(const nlohmann::json& request, const std::string& bytes = "");

  /// Returns {"steps", "parameters", "batch", "metrics": [{"name", "meaning"}], "warning", "options": see
  /// described_options(); "own" marks the model's, "box": [x0, x1, y0, y1], "data": [[x, y], ...], "truth":
  /// {"cells", "values"}}; without "truth" if the distribution has no density.
  nlohmann::json about() const;
  /// Trains for this long (at least one step), or `steps` steps. Returns {"step", "done", "seconds", "rows":
  /// [[step, metric, ...]]}; a row has the metrics' means over its steps.
  nlohmann::json advance(double milliseconds, int64_t steps);
  /// Returns the current model: {"step", "samples": [[x, y], ...], "shown": "density", "score", "D" (a GAN
  /// whose D gives a probability) or "critic" (sigmoid of another score), and "values" (cells, cells) as
  /// bytes from the lowest y up, or "arrows": [[x, y, dx, dy], ...]; "kl" in nats}. With `game`, a GAN's
  /// frame has "grid": a lattice of G's first two inputs under G, [[[x, y], ...],
  /// ...] (rows of the lattice), and "pulls": [[x, y, dx, dy], ...], the gradient of D's score at samples of
  /// G.
  nlohmann::json frame(const FrameRequest& request);
  /// Returns {"step", "held_out": [{"name", "meaning", "value", "curve": index of the metric to which it
  /// belongs, or null}]}, measured on examples that training has not seen.
  nlohmann::json validate();
  /// Returns the ways of `n` samples from noise to data, {"states": [[[x, y], ...], ...]}: at most `most`
  /// states of all samples, equally far apart in the sampler's steps. Throws Error for a model without such a
  /// path.
  nlohmann::json paths(int64_t n, int64_t most);

 private:
  class Watcher;
  nlohmann::json picture(const FrameRequest& request, const Abilities& abilities);
  Tensor samples(const FrameRequest& request, const Target& target);

  std::unique_ptr<RunOptions> options_;
  std::shared_ptr<const Toy> toy_;
  Box box_;  // the part of the plane that is shown
  std::unique_ptr<Session> session_;
  Tensor walkers_;  // ends of the last frame's chains
};

/// Returns the models that learn points in the plane: [{"name", "summary", "source", "set": settings that are
/// smaller than the command's defaults, so that a page redraws often, "needs_density": true if it learns only
/// data whose density is known}].
nlohmann::json plane_models();

}  // namespace gradzoo
