#include "models/rbm/pictures.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "models/pictures/unit_pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kMost = 5000;  // examples of a histogram

std::vector<double> free_energies(const RbmLayer& layer, const Examples& examples, Pixels pixels,
                                  uint64_t seed) {
  const int64_t n = std::min(kMost, examples.count());
  return layer.free_energy(read_examples(examples, 0, n, pixels, Rng(seed, "eval/pixels")).x).to_vector();
}

// Shares of `values` in equal parts of [low, high].
std::vector<double> shares(const std::vector<double>& values, double low, double high, size_t bins) {
  std::vector<double> out(bins);
  for (const double value : values) {
    const double place = (value - low) / (high - low) * static_cast<double>(bins);
    out[std::min(bins - 1, static_cast<size_t>(std::max(0.0, place)))] +=
        1 / static_cast<double>(values.size());
  }
  return out;
}

}  // namespace

Picture rbm_chains(const RbmLayer& layer, const Tensor& x, int64_t steps, const Shape& tile, Rng& rng) {
  const RbmGibbs gibbs(layer);
  Tensors columns;
  Tensor at = x, shown = x;
  int64_t done = 0;
  for (const int64_t until : growing_steps(steps, 10)) {
    if (until > done) {
      const Tensor h = gibbs.draw_hidden(gibbs.walk(at, until - done - 1, rng), rng);
      shown = layer.visible_probabilities(h);
      at = gibbs.draw_visible(h, rng);
      done = until;
    }
    columns.push_back(shown);
  }
  return {"chains",
          fmt::format("Each row is one Gibbs chain from noise to {} steps; the steps shown grow by a "
                      "constant factor. A chain that shows the same image in many columns mixes slowly.",
                      steps),
          chains_grid(columns, tile)};
}

Picture rbm_free_energies(const RbmLayer& layer, const DataView& data, Pixels pixels) {
  constexpr size_t kBins = 40;
  const std::vector<double> held_out = free_energies(layer, data.examples, pixels, data.seed),
                            seen = free_energies(layer, data.train, pixels, data.seed);
  const auto [least, most] = std::ranges::minmax(held_out);
  const double low = std::min(least, std::ranges::min(seen)), high = std::max(most, std::ranges::max(seen));
  const double end = high > low ? high : low + 1;
  Bars bars{shares(held_out, low, end, kBins),
            "free energy F, nats",
            "share of the examples",
            {},
            shares(seen, low, end, kBins)};
  for (size_t i = 0; i < kBins; ++i) {
    const double middle = low + (static_cast<double>(i) + 0.5) * (end - low) / kBins;
    bars.names.push_back(fmt::format("{:.0f}", middle));
  }
  return {"free_energy",
          "Free energies of held-out examples (bars) and of training examples (line). If the bars lie to the "
          "right of the line, the model memorises training examples.",
          std::move(bars)};
}

}  // namespace gradzoo
