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
/// The same, made anew at every call from `options`: a member of the model, not the constructor's argument.
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

/// What a model says of itself once, in its constructor. A field that is left away has the default that is
/// named here. What it shows is in its own units (PointUnits), nothing is recorded, and the parameters hold
/// their averages.
struct Description {
  LabelNames labels = {};          ///< what samples may be asked for by; none: the model is not conditional
  std::string warning = {};        ///< what is known to go wrong by these options, a sentence with a hint
  std::string collapse_hint = {};  ///< what to try where samples lose kinds that they had
  /// The options of a request for samples, as the run has them: sampling_from(options). None.
  std::function<std::unique_ptr<SamplingOptions>()> sampling = {};
  /// Some of them, as key=value, for samples that are only watched while training: quickly drawn ones.
  std::vector<std::string> quick_sampling = {};
  std::function<void(OptionTable&)> evaluation = {};  ///< names the options of an evaluation; none
  /// What of an evaluation may take minutes; it calls the second as it goes on. Nothing.
  std::function<Quantities(const DataView&, const ShareDone&)> evaluate_at_length = {};
  /// After the last step: fits what follows the training, in the State too. See Model::finish. Nothing.
  std::function<void(const Examples&)> finish = {};
  std::function<void()> reopen = {};  ///< forgets what finish has fitted
  /// The film strip's frame. 100 samples of an image model, ten of each class where it is conditional; 1,000
  /// points of another, over the truth's contours where there are some.
  std::function<Picture(const DataView&, Rng&)> snapshot = {};
  std::function<std::vector<Picture>(const DataView&)> image_pictures = {};  ///< of images; none
  /// Of points. On the line what follows from the target, in the plane the next.
  std::function<std::vector<Picture>(const DataView&)> point_pictures = {};
  std::function<std::vector<Picture>(const DataView&)> plane_pictures = {};  ///< if `toy` is a density there
  std::function<std::vector<CurveLevel>(const DataView&)> levels = {};       ///< in the curves of metrics
  std::function<std::string(const DataView&)> interpretation = {};           ///< what this run's numbers say
};

}  // namespace gradzoo
