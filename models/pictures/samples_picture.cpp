#include "models/pictures/samples_picture.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "models/pictures/plane_pictures.h"

namespace gradzoo {
namespace {

// How many of n numbers fall into each of 40 equal parts of their range: a 1-D sample is seen by its
// histogram.
Picture histogram(std::vector<double> numbers) {
  constexpr size_t kBins = 40;
  std::erase_if(numbers, [](double x) { return !std::isfinite(x); });
  if (numbers.empty()) return {"samples", "No sample is finite.", Bars{{}, "x", "samples"}};
  const auto [least, greatest] = std::ranges::minmax(numbers);
  const double width = greatest > least ? (greatest - least) / kBins : 1;
  std::vector<double> counts(kBins);
  for (const double x : numbers) counts[std::min(kBins - 1, static_cast<size_t>((x - least) / width))] += 1;
  std::vector<std::string> middles;
  for (size_t i = 0; i < kBins; ++i)
    middles.push_back(fmt::format("{:.2f}", least + (static_cast<double>(i) + 0.5) * width));
  return {"samples", "Samples, as a histogram.", Bars{counts, "x", "samples", middles}};
}

}  // namespace

Picture samples_picture(const Tensor& samples, const Toy* truth) {
  if (samples.rank() == 3) return {"samples", "Samples.", ImageGrid{samples}};
  if (in_plane(truth)) {
    return {"samples", "Samples over the contours of the true density.",
            Planes{{samples_over_truth(*truth, samples)}}};
  }
  if (samples.dim(1) == 1) return histogram(samples.to_vector());
  return {"samples", "Samples, by their first two coordinates.",
          Scatter{slice(samples, 1, 0, 2), zeros({samples.dim(0)}, DType::i64), "x0", "x1"}};
}

}  // namespace gradzoo
