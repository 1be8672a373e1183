#include "models/pictures/line_pictures.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/eval/quadrature.h"

namespace gradzoo {
namespace {

constexpr int64_t kLineCells = 400, kBars = 60;
constexpr double kSeen = 1.0 / 500;  // of the largest density

// The part of the line where there is density.
Grid bars_of(const Toy& toy) {
  if (!on_line(&toy))
    throw Error("a picture of a line: '{}' has {} dimensions, or no density. Hint: use --data gamma",
                toy.name(), toy.dimensions());
  const Grid whole(toy.box(), kLineCells);
  const std::vector<double> log_p =
      on_grid(whole, [&](const Tensor& x) { return toy.log_prob(x); }).to_vector();
  const double least = *std::ranges::max_element(log_p) + std::log(kSeen);
  const auto seen = [&](double value) { return value > least; };
  const auto first = std::ranges::find_if(log_p, seen) - log_p.begin();
  const auto last = log_p.rend() - std::ranges::find_if(log_p.rbegin(), log_p.rend(), seen);
  const double low = whole.box.low[0];
  return {
      {{low + static_cast<double>(first) * whole.volume}, {low + static_cast<double>(last) * whole.volume}},
      kBars};
}

Bars labelled(const Grid& grid, const Tensor& learned, const Tensor& truth, std::string what) {
  Bars bars{learned.to_vector(), "x", std::move(what)};
  bars.places = grid.points(0, grid.count()).to_vector();
  bars.names = names_of_places(bars.places);
  bars.lengths = -1;
  if (truth.defined()) bars.expected = truth.to_vector();
  return bars;
}

}  // namespace

std::vector<std::string> names_of_places(const std::vector<double>& places) {
  constexpr int kFewest = 2, kMost = 12;
  const double apart = places.size() < 2 ? 1 : std::abs(places[1] - places[0]);
  const int digits =
      apart > 0 ? std::clamp(static_cast<int>(-std::floor(std::log10(apart))), kFewest, kMost) : kFewest;
  std::vector<std::string> names;
  names.reserve(places.size());
  for (const double place : places) names.push_back(fmt::format("{:.{}f}", place, digits));
  return names;
}

bool on_line(const Toy* toy) {
  return toy != nullptr && toy->dimensions() == 1 && toy->why_no_density().empty();
}

Picture line_density_picture(const Toy& truth, TensorFn log_density) {
  const Grid grid = bars_of(truth), whole(truth.box(), kLineCells);
  const double log_z = log_partition(whole, on_grid(whole, log_density, DType::f32));
  return {"density", "The learned density as bars, and the true density as a line.",
          labelled(grid, exp(on_grid(grid, log_density, DType::f32) - log_z),
                   exp(on_grid(grid, [&](const Tensor& x) { return truth.log_prob(x); })), "density")};
}

Picture line_score_picture(const Toy& truth, TensorFn score) {
  const Grid grid = bars_of(truth);
  const auto flat = [&](const Tensor& values) { return reshape(values, {grid.count()}); };
  return {"score", "The learned score, the slope of log p, as bars, and the true score as a line.",
          labelled(grid, flat(on_grid(grid, score, DType::f32)),
                   truth.why_no_score().empty()
                       ? flat(on_grid(grid, [&](const Tensor& x) { return truth.score(x); }))
                       : Tensor(),
                   "score")};
}

}  // namespace gradzoo
