#include "gradzoo/datasets/toys/toy.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/numbers.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

const Strings kSmooth = {"gaussian", "mixture", "ring8", "grid25", "two-moons", "gamma", "exponential"};

Strings with_density() {
  Strings names = kSmooth;
  names.push_back("checkerboard");
  return names;
}

// Probabilities of a regular division of the box into bins, by the midpoint rule inside each.
struct Bins {
  int64_t per_axis, inside;  // bins along an axis, nodes along an axis of a bin
  Box box;
  Doubles probability;  // the last axis fastest

  double side(size_t axis) const { return (box.high[axis] - box.low[axis]) / static_cast<double>(per_axis); }
  int64_t bin(const double* x) const {
    int64_t index = 0;
    for (size_t axis = 0; axis < box.low.size(); ++axis) {
      const auto i = static_cast<int64_t>(std::floor((x[axis] - box.low[axis]) / side(axis)));
      if (i < 0 || i >= per_axis) return -1;
      index = index * per_axis + i;
    }
    return index;
  }
};

Bins bins_of(const Toy& toy, int64_t per_axis, int64_t inside) {
  Bins bins{per_axis, inside, toy.box(), {}};
  const int64_t d = toy.dimensions(), nodes = per_axis * inside;
  bins.probability.assign(static_cast<size_t>(d == 1 ? per_axis : per_axis * per_axis), 0.0);
  const double hx = bins.side(0) / static_cast<double>(inside);
  const double hy = d == 2 ? bins.side(1) / static_cast<double>(inside) : 1;
  for (int64_t i = 0; i < nodes; ++i) {
    Doubles points;
    const double x = bins.box.low[0] + (static_cast<double>(i) + 0.5) * hx;
    for (int64_t j = 0; j < (d == 2 ? nodes : 1); ++j) {
      points.push_back(x);
      if (d == 2) points.push_back(bins.box.low[1] + (static_cast<double>(j) + 0.5) * hy);
    }
    const auto count = static_cast<int64_t>(points.size()) / d;
    const Doubles log_p = toy.log_prob(tensor(points, {count, d}, DType::f64)).to_vector();
    for (int64_t j = 0; j < count; ++j)
      bins.probability[static_cast<size_t>(bins.bin(&points[static_cast<size_t>(d * j)]))] +=
          std::exp(log_p[static_cast<size_t>(j)]) * hx * hy;
  }
  return bins;
}

// Pearson's statistic as a standard normal deviate (Wilson & Hilferty 1931); bins that expect fewer than 10
// count as one.
double chi_square_deviate(const Bins& bins, const Doubles& points) {
  const size_t d = bins.box.low.size();
  const auto n = static_cast<double>(points.size() / d);
  Doubles counts(bins.probability.size(), 0.0);
  double rest_count = 0, rest = 0, statistic = 0, freedom = -1;
  for (size_t i = 0; i < points.size(); i += d)
    if (const int64_t bin = bins.bin(&points[i]); bin >= 0)
      counts[static_cast<size_t>(bin)] += 1;
    else
      rest_count += 1;
  const auto add = [&](double count, double expected) {
    statistic += (count - expected) * (count - expected) / expected;
    freedom += 1;
  };
  for (size_t k = 0; k < counts.size(); ++k) {
    const double expected = n * bins.probability[k];
    if (expected >= 10) {
      add(counts[k], expected);
    } else {
      rest += expected;
      rest_count += counts[k];
    }
  }
  if (rest > 1) add(rest_count, rest);
  const double spread = 2 / (9 * freedom);
  return (std::cbrt(statistic / freedom) - (1 - spread)) / std::sqrt(spread);
}

// Enough nodes along an axis of a bin, of `bins` an axis, for the rule to be exact to rounding: the narrowest
// mode is wider than the distance of nodes.
int64_t nodes_inside(const Toy& toy, int64_t bins) {
  return (toy.dimensions() == 1 ? 2400 : toy.name() == "grid25" ? 240 : 120) / bins;
}

double sum_of(const Doubles& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
}

}  // namespace

TEST_CASE("every toy's density integrates to one inside its box, at any scale and noise") {
  for (const std::string& name : with_density()) {
    CAPTURE(name);
    const auto toy = make_toy(name);
    const int64_t nodes = nodes_inside(*toy, 12);
    CHECK(std::abs(sum_of(bins_of(*toy, 12, nodes).probability) - 1) < 1e-9);
    const auto scaled = make_toy(name, {.scale = 2.5});
    CHECK(std::abs(sum_of(bins_of(*scaled, 12, nodes).probability) - 1) < 1e-9);
  }
  for (const std::string name : {"gaussian", "mixture", "ring8", "two-moons"})
    CHECK(std::abs(sum_of(bins_of(*make_toy(name, {.noise = 0.15}), 12, 10).probability) - 1) < 1e-9);
}

TEST_CASE("samples follow the density") {
  // False alarm of one comparison: 1e-6 (4.75 standard deviations).
  for (const std::string& name : with_density())
    for (const double scale : {1.0, 0.3}) {
      CAPTURE(name);
      CAPTURE(scale);
      const auto toy = make_toy(name, {.scale = scale});
      Rng rng(7, "toys");
      const Bins bins = bins_of(*toy, 20, nodes_inside(*toy, 20));
      const Tensor points = toy->sample(40'000, rng);
      CHECK(points.shape() == Shape{40'000, toy->dimensions()});
      CHECK(points.dtype() == DType::f32);
      CHECK(chi_square_deviate(bins, points.to_vector()) < 4.75);
    }
}

TEST_CASE("the comparison of samples and density sees a sigma that is 5% too wide") {
  Rng rng(7, "toys");
  const Tensor points = make_toy("ring8", {.noise = 0.21})->sample(40'000, rng);
  CHECK(chi_square_deviate(bins_of(*make_toy("ring8"), 20, 20), points.to_vector()) > 6);
}

TEST_CASE("a toy's score is the slope of its log-density") {
  const double h = 1e-5;
  for (const std::string& name : kSmooth) {
    CAPTURE(name);
    const auto toy = make_toy(name, {.scale = 1.5});
    const int64_t d = toy->dimensions();
    Rng rng(3, "toys");
    const Tensor x = toy->sample(50, rng, DType::f64);
    const Tensor score = toy->score(x);
    CHECK(score.shape() == x.shape());
    for (int64_t axis = 0; axis < d; ++axis) {
      Doubles step(static_cast<size_t>(d), 0.0);
      step[static_cast<size_t>(axis)] = h;
      const Tensor along = tensor(step, {d}, DType::f64);
      const Tensor slope = (toy->log_prob(x + along) - toy->log_prob(x - along)) / (2 * h);
      for (int64_t row = 0; row < 50; ++row) {
        const double wanted = slope.data<double>()[row];
        CHECK(std::abs(score.data<double>()[row * d + axis] - wanted) <= 1e-5 * (1 + std::abs(wanted)));
      }
    }
  }
}

TEST_CASE("log-densities in f32 are those of f64 to 2e-3 nats") {
  for (const std::string& name : kSmooth) {
    CAPTURE(name);
    const auto toy = make_toy(name);
    Rng rng(3, "toys");
    const Tensor x = toy->sample(1000, rng);
    const Doubles narrow = toy->log_prob(x).to_vector();
    const Doubles wide = toy->log_prob(cast(x, DType::f64)).to_vector();
    for (size_t i = 0; i < wide.size(); ++i) CHECK(std::abs(narrow[i] - wide[i]) < 2e-3);
  }
}

TEST_CASE("the standard forms of gaussian, gamma and exponential are met") {
  const Tensor x = tensor({0.3, -0.7}, {1, 2}, DType::f64);
  // log N(0, [[1,.6],[.6,1]]): determinant 0.64, inverse [[1,-.6],[-.6,1]]/0.64.
  const double square = (0.09 + 0.49 + 2 * 0.6 * 0.21) / 0.64;
  CHECK(std::abs(make_toy("gaussian")->log_prob(x).item() -
                 (-std::log(2 * M_PI) - std::log(0.64) / 2 - square / 2)) < 1e-12);
  const Tensor u = tensor({0.4}, {1, 1}, DType::f64);
  CHECK(std::abs(make_toy("exponential")->log_prob(u).item() - (0.4 - std::exp(0.4))) < 1e-12);
  CHECK(std::abs(make_toy("gamma")->log_prob(u).item() - (1.2 - std::exp(0.4) - std::log(2.0))) < 1e-12);
  // Weights 0.5, 0.3, 0.2 at (-1.5, -1), (1.5, -1), (0, 1.5), sigma 0.4.
  const auto bell = [](double a, double b) { return std::exp(-(a * a + b * b) / 0.32) / (2 * M_PI * 0.16); };
  const double mixed = 0.5 * bell(1.8, 0.3) + 0.3 * bell(-1.2, 0.3) + 0.2 * bell(0.3, -2.2);
  CHECK(std::abs(make_toy("mixture")->log_prob(x).item() - std::log(mixed)) < 1e-12);
}

TEST_CASE("modes are the centres of equal mixtures alone, and scale with them") {
  const auto round = make_toy("ring8");
  const Modes* ring = round->modes();
  REQUIRE(ring != nullptr);
  const auto scaled = make_toy("grid25", {.scale = 0.5, .noise = 0.1});
  REQUIRE(scaled->modes() != nullptr);
  CHECK(scaled->modes()->sigma == approx(0.05));
  CHECK(scaled->modes()->centers.shape() == Shape{25, 2});
  CHECK(max(scaled->modes()->centers).item() == approx(2));
  CHECK(min(scaled->modes()->centers).item() == approx(-2));
  for (const double middle : mean(scaled->modes()->centers, 0).to_vector()) CHECK(std::abs(middle) < 1e-12);
  const Tensor centre = ring->centers, radius = sqrt(sum(square(centre), 1));
  for (const double r : radius.to_vector()) CHECK(r == approx(1).epsilon(1e-12));
  for (const char* name : {"mixture", "two-moons", "gaussian", "gamma"})
    CHECK(make_toy(name)->modes() == nullptr);
}

TEST_CASE("a mixture of one's own weighs its components") {
  const auto toy = make_mixture({{3, 1}, tensor({-2, 5}, {2, 1}, DType::f64), {0.5, 2}});
  const double x = 1;
  const double wanted = 0.75 / 0.5 * std::exp(-9 / 0.5) + 0.25 / 2 * std::exp(-16.0 / 8);
  CHECK(std::abs(toy->log_prob(tensor({x}, {1, 1}, DType::f64)).item() -
                 std::log(wanted / std::sqrt(2 * M_PI))) < 1e-12);
  Rng rng(1, "toys");
  CHECK(chi_square_deviate(bins_of(*toy, 40, 20), toy->sample(40'000, rng).to_vector()) < 4.75);
}

TEST_CASE("a draw is a function of the generator's state and takes as many draws each time") {
  for (const ToyInfo& info : known_toys()) {
    CAPTURE(info.name);
    const auto toy = make_toy(info.name);
    Rng a(9, "toys"), b(9, "toys");
    const Doubles first = toy->sample(100, a).to_vector();
    CHECK(first == toy->sample(100, b).to_vector());
    CHECK(a.draw() == b.draw());
    const uint64_t taken = a.draw();
    CHECK(first != toy->sample(100, a).to_vector());
    CHECK(a.draw() == 2 * taken);
  }
}

TEST_CASE("what is wrong with a toy's name, scale, noise or points is said") {
  const auto message = [](std::string_view name, ToyOptions options = {}) {
    return error_message([&] { make_toy(name, options); });
  };
  CHECK(message("ring9") == "unknown toy 'ring9'. Hint: did you mean 'ring8'?");
  CHECK(contains(message("ring8", {.scale = 0}), "scale 0 is not above 0"));
  CHECK(contains(message("ring8", {.scale = -1}), "scale -1 is not above 0"));
  CHECK(contains(message("ring8", {.scale = NAN}), "is not above 0"));
  CHECK(contains(message("ring8", {.noise = -0.1}), "noise -0.1 is not allowed"));
  CHECK(contains(message("two-moons", {.noise = 0.001}), "Hint: use 0.01 or more"));
  CHECK(message("two-moons", {.noise = 0.01}).empty());
  CHECK(contains(message("gamma", {.noise = 0.1}), "this toy has no noise"));
  const auto ring = make_toy("ring8");
  CHECK(contains(error_message([&] { ring->log_prob(zeros({3, 5})); }), "points are (B,2)"));
  CHECK(contains(error_message([&] { make_toy("gamma", {.scale = 2})->log_prob(zeros({3, 2})); }), "(B,1)"));
  CHECK(contains(error_message([] { make_mixture({{1}, zeros({2, 2}), {1}}); }), "1 weights, means (2,2)"));
  CHECK(contains(error_message([] { make_mixture({{0}, zeros({1, 2}), {1}}); }), "weight 0 is not above 0"));
}

TEST_CASE("a box keeps its centre when it is scaled") {
  const Box box = Box{{-1, 2}, {3, 4}}.scaled(2);
  CHECK(box.low == Doubles{-3, 1});
  CHECK(box.high == Doubles{5, 5});
  CHECK(box.centre().to_vector() == Doubles{1, 3});
  CHECK(box.sides().to_vector() == Doubles{8, 4});
}
