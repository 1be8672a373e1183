#include "models/pictures/samples_picture.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/models/pictures/plane_pictures.h"

namespace gradzoo {
namespace {

// How many of n numbers fall into each of 40 equal parts of their range, beside how many the truth would put
// there: (n, 1) a 1-D sample is seen by its histogram.
Picture histogram(std::vector<double> numbers, const Toy* truth) {
  constexpr size_t kBins = 40;
  std::erase_if(numbers, [](double x) { return !std::isfinite(x); });
  if (numbers.empty()) return {"samples", "None of the samples is finite.", Bars{{}, "x", "samples"}};
  const auto [least, greatest] = std::ranges::minmax(numbers);
  const double width = greatest > least ? (greatest - least) / kBins : 1;
  Bars bars{std::vector<double>(kBins), "x", "samples"};
  for (const double x : numbers)
    bars.values[std::min(kBins - 1, static_cast<size_t>((x - least) / width))] += 1;
  std::vector<double>& middles = bars.places;
  for (size_t i = 0; i < kBins; ++i) middles.push_back(least + (static_cast<double>(i) + 0.5) * width);
  bars.names = names_of_places(middles);
  if (truth == nullptr || !truth->why_no_density().empty())
    return {"samples", "Samples, as a histogram.", bars};
  const Tensor density = exp(truth->log_prob(tensor(middles, {static_cast<int64_t>(kBins), 1}, DType::f64)));
  bars.expected = (density * (width * static_cast<double>(numbers.size()))).to_vector();
  return {"samples", "Samples, as a histogram, and the prediction of the true density as a line.", bars};
}

// The first hundred of points (n, h w) that are small images.
Picture tiles(const Tensor& samples, const Shape& tile) {
  const int64_t n = std::min<int64_t>(100, samples.dim(0));
  return {"samples", "Samples, each a small image.",
          ImageGrid{reshape(clamp(samples.rows(0, n), 0, 1), tile.insert(0, n))}};
}

}  // namespace

Picture samples_picture(const Tensor& samples, const Toy* truth) {
  if (samples.rank() >= 3) return {"samples", "Samples.", ImageGrid{samples}};
  if (in_plane(truth)) {
    return {"samples", "Samples over the contours of the true density.",
            Planes{{samples_over_truth(*truth, samples)}}};
  }
  if (samples.dim(1) == 1) return histogram(samples.to_vector(), truth);
  const Shape example = samples.shape().erase(0), tile = kind_of(example, truth).tile(example, truth);
  if (tile.rank() > 0) return tiles(samples, tile);
  return {"samples", "Samples, shown by their first two coordinates.",
          Scatter{slice(samples, 1, 0, 2), zeros({samples.dim(0)}, DType::i64), "x0", "x1"}};
}

}  // namespace gradzoo
