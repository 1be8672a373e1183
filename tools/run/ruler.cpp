#include "tools/run/ruler.h"

#include <algorithm>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/pictures/class_rows.h"

namespace gradzoo {
namespace {

constexpr int64_t kResamples = 20;  // of the Frechet distance, each a spectrum

Tensor in_random_order(const Tensor& rows) {
  Rng rng(0, "ruler/order");
  return index_select(rows, 0, randperm(rows.dim(0), rng));
}

// Blocks of a kernel distance: as large as they may be, and two at least.
std::optional<Estimate> blocked_distance(const Tensor& a, const Tensor& b) {
  constexpr int64_t kSmallest = 50, kLargest = 1000;
  const int64_t block = std::min(kLargest, std::min(a.dim(0), b.dim(0)) / 2);
  if (block < kSmallest) return std::nullopt;
  return kernel_distance(a, b, block);
}

}  // namespace

Ruler::Ruler(RulerClassifier classifier, const Examples& real, const Examples& train, Pixels pixels)
    : classifier_(std::move(classifier)),
      real_images_(real),
      train_(train),
      pixels_(pixels == Pixels::dequantised ? Pixels::grey : pixels),
      real_(in_random_order(seen(read_examples(real, 0, real.count(), pixels_, Rng(0)).x).features)),
      moments_(moments_of(real_)) {}

bool Ruler::is_binary() const { return gradzoo::is_binary(pixels_); }

ClassifiedImages Ruler::seen(const Tensor& images) const {
  Classifier& classifier = *classifier_.classifier;
  return classified(
      images, [&](const Tensor& x) { return classifier.features(x); },
      [&](const Tensor& f) { return classifier.probabilities_of(f); });
}

Tensor Ruler::samples_of(Model& model, int64_t n, const DataShape& shape, Rng& rng, const Tensor& labels,
                         const std::vector<std::string>& options) const {
  const NoGrad quiet;
  Tensor drawn = reshape(model.sample({n, rng, labels, options}), {n, shape.size()});
  if (!all_finite(drawn)) return drawn;
  const Tensor pixels = clamp(drawn, 0, 1);
  return is_binary() ? bernoulli(pixels, rng) : pixels;
}

RulerMeasure Ruler::measure(const Tensor& images, const Tensor& asked) const {
  const NoGrad quiet;
  const ClassifiedImages found = seen(images);
  Rng rng(0, "ruler/bootstrap");
  return {read_ruler(found, train_, asked), frechet_estimate(found.features, moments_, kResamples, rng),
          blocked_distance(found.features, real_), first_of_each_class(found)};
}

RulerMeasure Ruler::measure_real(int64_t n) const { return measure(evenly_spread(real_images_, n, pixels_)); }

RulerMeasure Ruler::measure_training(int64_t n) const {
  return measure(evenly_spread(train_, std::min(n, train_.count()), pixels_));
}

Quantities Ruler::watch(const Tensor& images) const {
  const NoGrad quiet;
  const ClassifiedImages found = seen(images);
  Quantities out{
      {"confident_share", confident_share(found.probabilities), NAN, "",
       fmt::format("share of {} samples that the classifier calls something with p > {}", found.count(),
                   kConfident)},
      quantity(kLabelEntropy, label_entropy(found.probabilities),
               "of the labels that the classifier gives to samples: low where few classes are drawn")};
  out.add({"digit_fid", frechet_distance(moments_of(found.features), moments_), NAN, "",
           fmt::format("Frechet distance of {} samples' features to held-out images': lower is better, and "
                       "never 0 of so few",
                       found.count())});
  return out;
}

RulerMeasure Ruler::measure_samples(const SavedRun& run, int64_t n) const {
  check_count(real_images_, n);
  Rng rng(run.seed(), "samples");
  const Tensor asked = any_labels(n, run.model->label_count());
  return measure(samples_of(*run.model, n, run.shape, rng, asked), asked);
}

RulerReport ruler_report(const SavedRun& run, RulerClassifier classifier, int64_t n, Split split) {
  const RunData data(run.options->data, run.options->training);
  const Ruler ruler(std::move(classifier), data.evaluation_examples(split), data.train(),
                    run.options->model->pixels());
  return {run.directory.path(),
          fmt::format("{}: {} at step {} on {}", run.directory.path(), run.model_name(), run.step,
                      run.options->data.data),
          ruler.told(),
          split,
          ruler.is_binary(),
          ruler.measure_samples(run, n),
          ruler.measure_real(n),
          ruler.measure_training(n)};
}

}  // namespace gradzoo
