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

/// What a model may look at to draw pictures and to evaluate itself.
struct DataView {
  const Examples& examples;  ///< the split at hand
  const Examples& train;     ///< for nearest training neighbours
  uint64_t seed;             ///< of what is drawn
  const Toy* toy = nullptr;  ///< the truth, where it is known

  const DataKind& kind() const { return kind_of(examples.example(), toy); }  ///< of the examples
};

/// How samples are drawn, as a value: a copy of the run's settings, in which a request changes what it wants.
class SamplingOptions {
 public:
  virtual ~SamplingOptions() = default;
  virtual void describe(OptionTable&) {}  ///< names the options; none
};

/// Those that are in a struct O, with `describe_sampling(OptionTable&)`.
template <class O>
class SamplingOptionsOf final : public SamplingOptions {
 public:
  explicit SamplingOptionsOf(O copy) : options(std::move(copy)) {}  ///< a copy of the run's
  void describe(OptionTable& table) override { options.describe_sampling(table); }
  O options;  ///< to be changed
};
/// Those of the run, as a value.
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
/// The struct in them; they are what the same model's sampling_options() made.
template <class O>
const O& options_in(const SamplingOptions& sampling) {
  return static_cast<const SamplingOptionsOf<O>&>(sampling).options;
}

/// A horizontal line in a metric's curve: what it could reach at best, or would say of chance.
struct CurveLevel {
  Metric metric;              ///< in whose curve
  std::string name;           ///< "entropy floor"
  double value;               ///< in its unit
  std::string unit, meaning;  ///< meaning: one line
  /// a number of this run, listed among its figures too; else a constant of theory
  bool is_figure = true;
};

/// Record of what a model declares once, in its constructor. An empty field has the default named at the
/// field. Its functions take and return the model's units (PointUnits). Model calls those that measure, draw
/// or fit with recording off, and while the parameters hold their averages.
struct Description {
  LabelNames labels = {};          ///< labels to sample by; empty: the model is not conditional
  std::string warning = {};        ///< known problem of these options, with a hint, shown before training
  std::string collapse_hint = {};  ///< what to try if the samples lose modes that they had
  /// Makes the options of a request for samples: sampling_from(options_). Default: no options.
  std::function<std::unique_ptr<SamplingOptions>()> sampling = {};
  /// Assignments key=value of these options that draw samples quickly, for a look during training.
  std::vector<std::string> quick_sampling = {};
  std::function<void(OptionTable&)> evaluation = {};  ///< adds the options of an evaluation; default: none
  /// Measures the quantities that may take minutes, and calls its second argument with the share that is
  /// done. Default: no quantities.
  std::function<Quantities(const DataView&, const ShareDone&)> evaluate_at_length = {};
  /// Fits what depends on the trained weights, after the last step (Model::finish); the fit is in the State.
  std::function<void(const Examples&)> finish = {};
  std::function<void()> reopen = {};  ///< discards that fit, before further steps
  /// Draws the frame of the film strip. Default: 100 images, or ten per class of a conditional model; 1,000
  /// points, over the contours of the true density if it is known.
  std::function<Picture(const DataView&, Rng&)> snapshot = {};
  /// Draws the pictures of a model of images. Default: no pictures.
  std::function<std::vector<Picture>(const DataView&)> image_pictures = {};
  /// Draws the pictures of a model of points. Default: density and score on the line, by the target;
  /// plane_pictures in the plane.
  std::function<std::vector<Picture>(const DataView&)> point_pictures = {};
  /// Draws the pictures beside the true density of a toy in the plane, `*data.toy`. Default: no pictures.
  std::function<std::vector<Picture>(const DataView&)> plane_pictures = {};
  std::function<std::vector<CurveLevel>(const DataView&)> levels = {};  ///< lines in the curves of metrics
  std::function<std::string(const DataView&)> interpretation = {};      ///< paragraph of the report
};

}  // namespace gradzoo
