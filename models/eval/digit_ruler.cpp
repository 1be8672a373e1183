#include "models/eval/digit_ruler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "autograd/base/error.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "datasets/batches.h"
#include "models/eval/nearest_images.h"

namespace gradzoo {
namespace {

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

void check_images(const Tensor& images, const Examples& train) {
  if (images.rank() != 2 || images.dim(0) < 1 || images.dim(1) != train.size()) {
    throw Error(
        fmt::format("ruler: images of shape {} are held against training images of {} pixels. Hint: (n, {}), "
                    "n at least 1",
                    images.shape().str(), train.size(), train.size()));
  }
  if (!all_finite(images)) {
    throw Error(
        "ruler: a pixel of the samples is not finite. Hint: the run has diverged; train it again with a "
        "smaller lr");
  }
}

}  // namespace

RulerReading read_ruler(const Tensor& images, TensorFn probabilities, const Examples& train) {
  const NoGrad quiet;
  check_images(images, train);
  const Tensor p = probabilities(images);  // (n, classes)
  if (!all_finite(p))
    throw Error("ruler: the classifier gives a probability that is not finite. Hint: retrain it");

  RulerReading out;
  out.count = images.dim(0);
  const auto n = static_cast<double>(out.count);
  const std::vector<double> surest = max(p, 1).to_vector();
  out.confident =
      static_cast<double>(std::ranges::count_if(surest, [](double s) { return s > kConfident; })) / n;
  out.confident_error = std::sqrt(out.confident * (1 - out.confident) / n);
  out.label_entropy = entropy(mean(p, 0).to_vector());
  out.called.resize(static_cast<size_t>(p.dim(1)));
  for (const double label : argmax(p, 1).to_vector()) ++out.called[static_cast<size_t>(label)];

  const Tensor difference = images - nearest_images(images, train);
  const std::vector<double> distances = sqrt(sum(square(difference), 1)).to_vector();
  out.nearest_mean = std::accumulate(distances.begin(), distances.end(), 0.0) / n;
  out.nearest_median = median(distances);
  return out;
}

Tensor evenly_spread(const Examples& images, int64_t n) {
  if (n < 1 || n > images.count()) {
    throw Error(fmt::format("ruler: {} of {} images cannot be taken. Hint: 1 to {}", n, images.count(),
                            images.count()));
  }
  Tensors rows;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t at = i * images.count() / n;
    rows.push_back(read_examples(images, at, at + 1, Pixels::grey, Rng(0)).x);
  }
  return concat(rows, 0);
}

}  // namespace gradzoo
