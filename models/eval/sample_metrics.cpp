#include "gradzoo/models/eval/sample_metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/datasets/batches.h"
#include "nn/parallel/shared_rows.h"

namespace gradzoo {
namespace {

constexpr int64_t kResamples = 50;
constexpr int64_t kFrechetResamples = 20;  // each a spectrum

double entropy(const std::vector<double>& probabilities) {
  double sum = 0;
  for (const double p : probabilities) sum -= p > 0 ? p * std::log(p) : 0;
  return sum;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t n = values.size();
  return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

// The mean of values at some rows.
double mean_at(const std::vector<double>& values, std::span<const int64_t> rows) {
  double sum = 0;
  for (const int64_t row : rows) sum += values[static_cast<size_t>(row)];
  return sum / static_cast<double>(rows.size());
}

double median_at(const std::vector<double>& values, std::span<const int64_t> rows) {
  std::vector<double> some;
  some.reserve(rows.size());
  for (const int64_t row : rows) some.push_back(values[static_cast<size_t>(row)]);
  return median(std::move(some));
}

// Over the classes that two rows or more are called by: the mean of 2 tr cov, which is E|f - f'|^2 of two of
// a class's rows.
double spread_within(const Tensor& features, const std::vector<int64_t>& called, size_t classes,
                     std::span<const int64_t> rows) {
  const auto d = static_cast<size_t>(features.dim(1));
  std::vector<double> sums(classes * d), squares(classes), counts(classes);
  for (const int64_t row : rows) {
    const auto c = static_cast<size_t>(called[static_cast<size_t>(row)]);
    const double* f = features.data<double>() + row * features.dim(1);
    ++counts[c];
    for (size_t i = 0; i < d; ++i) {
      sums[c * d + i] += f[i];
      squares[c] += f[i] * f[i];
    }
  }
  double total = 0, used = 0;
  for (size_t c = 0; c < classes; ++c) {
    if (counts[c] < 2) continue;
    const double* s = &sums[c * d];
    const double mean_square = std::inner_product(s, s + d, s, 0.0) / counts[c];
    total += 2 * (squares[c] - mean_square) / (counts[c] - 1);
    ++used;
  }
  return used > 0 ? std::sqrt(std::max(0.0, total / used)) : 0;
}

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

ClassifiedImages classified(const Tensor& images, TensorFn features, TensorFn probabilities,
                            Processes& processes) {
  constexpr int64_t kRows = 500;
  const NoGrad quiet;
  if (images.rank() != 2 || images.dim(0) < 1)
    throw Error("samples: images of shape {}. Hint: give (n, pixels), n at least 1", images.shape().str());
  if (!all_finite(images))
    throw Error("samples: a pixel of the samples is not finite. Hint: train the run again with a smaller lr");
  const RowBlocks blocks(images.dim(0), kRows);
  const auto in_blocks = [&](TensorFn fn, const Tensor& rows) {
    return shared_rows(blocks, processes, [&](int64_t i) {
      const int64_t first = i * blocks.size;
      return fn(rows.rows(first, std::min(first + blocks.size, blocks.rows)));
    });
  };
  const Tensor seen = in_blocks(features, images);
  ClassifiedImages out{images, seen, in_blocks(probabilities, seen)};
  if (!all_finite(out.probabilities))
    throw Error(
        "samples: the classifier gives a probability that is not finite. Hint: train the classifier again");
  return out;
}

Tensor first_of_each_class(const ClassifiedImages& seen) {
  const Tensor p = cast(seen.probabilities, DType::f64);
  Tensors out(static_cast<size_t>(p.dim(1)));
  for (int64_t row = 0; row < p.dim(0); ++row) {
    const double* of_row = p.data<double>() + row * p.dim(1);
    const double* top = std::max_element(of_row, of_row + p.dim(1));
    Tensor& first = out[static_cast<size_t>(top - of_row)];
    if (*top > kConfident && !first.defined()) first = seen.images.rows(row, row + 1);
  }
  for (Tensor& image : out) {
    if (!image.defined()) image = zeros({1, seen.images.dim(1)}, seen.images.dtype());
  }
  return concat(out, 0);
}

double confident_share(const Tensor& probabilities) {
  const std::vector<double> surest = max(probabilities, 1).to_vector();
  return static_cast<double>(std::ranges::count_if(surest, [](double s) { return s > kConfident; })) /
         static_cast<double>(surest.size());
}

double label_entropy(const Tensor& probabilities) { return entropy(mean(probabilities, 0).to_vector()); }

SampleStatistics sample_statistics(const ClassifiedImages& seen, const Examples& train, const Tensor& asked) {
  const NoGrad quiet;
  const Tensor &p = seen.probabilities, label_of = argmax(p, 1);
  const int64_t n = seen.count(), classes = p.dim(1);
  const std::vector<double> distances = nearest_distances(seen.images, train);
  Rng rng(0, "ruler/bootstrap");
  const auto estimate = [&](auto statistic) { return bootstrap(n, kResamples, rng, statistic); };

  SampleStatistics out;
  out.count = n;
  out.called.resize(static_cast<size_t>(classes));
  std::vector<int64_t> called(label_of.data<int64_t>(), label_of.data<int64_t>() + n);
  for (const int64_t label : called) ++out.called[static_cast<size_t>(label)];
  std::vector<double> sure = max(p, 1).to_vector();
  for (double& s : sure) s = s > kConfident ? 1 : 0;
  out.confident = estimate([&](auto rows) { return mean_at(sure, rows); });
  out.label_entropy = estimate([&](auto rows) { return label_entropy(index_select(p, 0, row_index(rows))); });
  const Tensor features = cast(seen.features, DType::f64);
  out.diversity = estimate(
      [&](auto rows) { return spread_within(features, called, static_cast<size_t>(classes), rows); });
  if (asked.defined()) {
    std::vector<double> right(static_cast<size_t>(n));
    for (size_t i = 0; i < right.size(); ++i) right[i] = called[i] == asked.data<int64_t>()[i] ? 1 : 0;
    out.as_asked = estimate([&](auto rows) { return mean_at(right, rows); });
  }
  out.nearest_mean = estimate([&](auto rows) { return mean_at(distances, rows); });
  out.nearest_median = estimate([&](auto rows) { return median_at(distances, rows); });
  return out;
}

std::vector<double> nearest_distances(const Tensor& images, const Examples& train) {
  const NoGrad quiet;
  if (images.rank() != 2 || images.dim(1) != train.size())
    throw Error(
        "samples: images of shape {} do not match training images of {} pixels. Hint: give (n, {}), n at "
        "least 1",
        images.shape().str(), train.size(), train.size());
  return sqrt(sum(square(images - nearest_images(images, train)), 1)).to_vector();
}

NearestStatistics nearest_statistics(const Tensor& images, const Examples& train) {
  const std::vector<double> distances = nearest_distances(images, train);
  Rng rng(0, "ruler/bootstrap");
  const auto estimate = [&](auto statistic) {
    return bootstrap(images.dim(0), kResamples, rng, [&](auto rows) { return statistic(distances, rows); });
  };
  return {estimate(mean_at), estimate(median_at)};
}

SampleMetrics::SampleMetrics(SampleClassifier classifier, const Examples& real, const Examples& train,
                             Pixels pixels, Processes& processes)
    : classifier_(std::move(classifier)),
      processes_(processes),
      real_images_(real),
      train_(train),
      pixels_(pixels == Pixels::dequantised ? Pixels::grey : pixels),
      real_(in_random_order(seen(read_examples(real, 0, real.count(), pixels_, Rng(0)).x).features)),
      moments_(moments_of(real_)) {}

ClassifiedImages SampleMetrics::seen(const Tensor& images) const {
  return classified(images, classifier_.features, classifier_.probabilities_of, processes_);
}

double SampleMetrics::frechet_of(const ClassifiedImages& images) const {
  const NoGrad quiet;
  return frechet_distance(moments_of(images.features), moments_);
}

SampleQuality SampleMetrics::measure(const Tensor& images, const Tensor& asked) const {
  const NoGrad quiet;
  const ClassifiedImages found = seen(images);
  Rng rng(0, "ruler/bootstrap");
  return {sample_statistics(found, train_, asked), classifier_.frechet_name,
          frechet_estimate(found.features, moments_, kFrechetResamples, rng),
          blocked_distance(found.features, real_), first_of_each_class(found)};
}

SampleQuality SampleMetrics::measure_real(int64_t n) const {
  return measure(evenly_spread(real_images_, n, pixels_));
}

SampleQuality SampleMetrics::measure_training(int64_t n) const {
  return measure(evenly_spread(train_, std::min(n, train_.count()), pixels_));
}

void check_count(const Examples& images, int64_t n) {
  if (n < 1 || n > images.count())
    throw Error("samples: {} of {} images cannot be taken. Hint: take 1 to {}", n, images.count(),
                images.count());
}

Tensor evenly_spread(const Examples& images, int64_t n, Pixels pixels) {
  check_count(images, n);
  Tensors rows;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t at = i * images.count() / n;
    rows.push_back(read_examples(images, at, at + 1, pixels, Rng(static_cast<uint64_t>(at))).x);
  }
  return concat(rows, 0);
}

}  // namespace gradzoo
