#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/base/options.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/models/base/abilities.h"
#include "gradzoo/models/base/quantity.h"
#include "gradzoo/models/pictures/picture.h"

namespace gradzoo {

/// The data that a model may use for pictures and evaluations.
struct DataView {
  const Examples& examples;  ///< examples of the chosen split
  const Examples& train;     ///< training examples, for nearest neighbours
  uint64_t seed;             ///< seed of the random draws
  const Toy* toy = nullptr;  ///< true distribution, if it is known

  const DataKind& kind() const { return kind_of(examples.example(), toy); }  ///< kind of the examples
};

/// The sampling options of one request: a copy of the run's options that the request may change.
class SamplingOptions {
 public:
  virtual ~SamplingOptions() = default;
  virtual void describe(OptionTable&) {}  ///< adds the options to the table; default: none
};

/// Sampling options that are fields of a struct O with `describe_sampling(OptionTable&)`.
template <class O>
class SamplingOptionsOf final : public SamplingOptions {
 public:
  explicit SamplingOptionsOf(O copy) : options(std::move(copy)) {}  ///< copy of the run's options
  void describe(OptionTable& table) override { options.describe_sampling(table); }
  O options;  ///< options of the request
};
/// Returns a copy of the run's options as sampling options.
template <class O>
std::unique_ptr<SamplingOptions> sampling_options_of(const O& options) {
  return std::make_unique<SamplingOptionsOf<O>>(options);
}
/// Returns a function that makes these options from `options`, which must be a member of the model and not
/// the constructor's argument.
template <class O>
std::function<std::unique_ptr<SamplingOptions>()> sampling_from(const O& options) {
  return [&options] { return sampling_options_of(options); };
}
template <class O>
void sampling_from(const O&& options) = delete;
/// Returns the struct O in sampling options that the same model's sampling_options() made.
template <class O>
const O& options_in(const SamplingOptions& sampling) {
  return static_cast<const SamplingOptionsOf<O>&>(sampling).options;
}

/// A horizontal line in a metric's curve: the best possible value, or the value of a random guess.
struct CurveLevel {
  Metric metric;              ///< metric whose curve has the line
  std::string name;           ///< name of the line: "entropy floor"
  double value;               ///< height of the line, in `unit`
  std::string unit, meaning;  ///< unit, and meaning in one line
  /// true for a value of this run, which is also listed among its figures; false for a theoretical constant
  bool is_figure = true;
};

/// Record of what a model declares once, in its constructor. An empty field has the default named at the
/// field. Its functions take and return the model's units (PointUnits). Model calls those that measure, draw
/// or fit with recording off, and while the parameters hold their averages.
struct Description {
  LabelNames labels = {};          ///< labels for sampling; empty: the model is not conditional
  std::string warning = {};        ///< known problem of these options, with a hint, shown before training
  std::string collapse_hint = {};  ///< advice if the samples lose modes
  /// Makes the options of a request for samples: sampling_from(options_). Default: no options.
  std::function<std::unique_ptr<SamplingOptions>()> sampling = {};
  /// Assignments key=value of these options for quick samples during training.
  std::vector<std::string> quick_sampling = {};
  std::function<void(OptionTable&)> evaluation = {};  ///< adds the options of an evaluation; default: none
  /// Measures the slow quantities, and reports progress to its second argument. Default: no quantities.
  std::function<Quantities(const DataView&, const ShareDone&)> evaluate_at_length = {};
  /// Fits what depends on the trained weights, after the last step (Model::finish); the fit is in the State.
  std::function<void(const Examples&)> finish = {};
  std::function<void()> reopen = {};  ///< discards that fit, before further steps
  /// Draws the frame of the film strip. Default: 100 images, or ten per class of a conditional model; 1,000
  /// points, over the contours of the true density if it is known.
  std::function<Picture(const DataView&, Rng&)> snapshot = {};
  /// Draws the pictures of a model of images. Default: no pictures.
  std::function<std::vector<Picture>(const DataView&)> image_pictures = {};
  /// Draws the pictures for points. Default: the target's density and score on a line, plane_pictures in a
  /// plane.
  std::function<std::vector<Picture>(const DataView&)> point_pictures = {};
  /// Draws the pictures of a toy in the plane, `*data.toy`, next to its true density. Default: no pictures.
  std::function<std::vector<Picture>(const DataView&)> plane_pictures = {};
  std::function<std::vector<CurveLevel>(const DataView&)> levels = {};  ///< lines in the curves of metrics
  std::function<std::string(const DataView&)> interpretation = {};      ///< paragraph of the report
};

}  // namespace gradzoo
