#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/score/objectives.h"
#include "gradzoo/nn/layers/layers.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

// Slices in other forms: Hutchinson's trace, and finite differences.
namespace gradzoo {
using namespace test;
namespace {

constexpr int64_t kPoints = 5, kCoordinates = 3;

/// A small energy and a small vector net, in f64.
struct TwoNets {
  Tensor operator()(const Tensor& x, bool is_energy) const {
    return is_energy ? reshape(energy_net.forward(x), {x.dim(0)}) : vector_net.forward(x);
  }

  Rng rng{4, "slices_test"};
  Mlp energy_net{{kCoordinates, 6, 1}, rng, {.activation = "softplus", .linear = {.dtype = DType::f64}}};
  Mlp vector_net{
      {kCoordinates, 6, kCoordinates}, rng, {.activation = "softplus", .linear = {.dtype = DType::f64}}};
  Tensor x = wave({kPoints, kCoordinates});
};

TEST_CASE("Hutchinson's is the sliced one with less variance, and exact with all Rademacher probes") {
  const TwoNets nets;
  const Tensor probes = wave({2, kPoints, kCoordinates}, DType::f64, 1.0);
  Tensor all = empty({8, kPoints, kCoordinates}, DType::f64);
  for (int64_t i = 0; i < all.size(); ++i)
    all.mutable_data<double>()[i] = i / (kPoints * kCoordinates) >> (i % kCoordinates) & 1 ? 1 : -1;
  for (const bool is_energy : {true, false}) {
    const auto net = [&](const Tensor& x) { return nets(x, is_energy); };
    const ScoreFunction model{net, is_energy};
    const Tape tape;
    CHECK(hutchinson_score_matching(model, nets.x, probes).to_vector() ==
          sliced_score_matching(model, nets.x, probes, {.variance_reduced = true}).to_vector());
    CHECK(max_error(hutchinson_score_matching(model, nets.x, all),
                    implicit_score_matching(model, nets.x).to_vector()) < 1e-12);
  }
}

TEST_CASE("finite differences are a loop's mean over probes, and tend to the sliced objective") {
  const TwoNets nets;
  const Tensor probes = wave({2, kPoints, kCoordinates}, DType::f64, 1.0);
  constexpr double kEps = 0.2, kStep = kEps / 1.7320508075688772;  // sqrt(3)
  for (const bool is_energy : {true, false}) {
    const auto net = [&](const Tensor& x) { return nets(x, is_energy); };
    const ScoreFunction model{net, is_energy};
    const auto along = [&](int64_t k, int64_t row, double step) {  // of one row: f, or v's, at x + step v
      const Tensor v = probes[k].rows(row, row + 1), y = net(nets.x.rows(row, row + 1) + v * step);
      return is_energy ? y.item() : sum(y * v).item();
    };
    std::vector<double> wanted(kPoints);
    for (int64_t row = 0; row < kPoints; ++row)
      for (int64_t k = 0; k < 2; ++k) {
        const double plus = along(k, row, kStep), minus = along(k, row, -kStep),
                     difference = (plus - minus) / (2 * kStep);
        const double second = (plus + minus - 2 * along(k, row, 0)) / (kStep * kStep);
        wanted[static_cast<size_t>(row)] += is_energy
                                                ? (second + difference * difference / 2) / 2
                                                : (difference + std::pow((plus + minus) / 2, 2) / 2) / 2;
      }
    const Tape tape;
    CHECK(max_error(finite_difference_score_matching(model, nets.x, probes, kEps), wanted) < 1e-12);
    CHECK(max_error(finite_difference_score_matching(model, nets.x, probes, 1e-3),
                    sliced_score_matching(model, nets.x, probes).to_vector()) < 1e-5);
  }
}

TEST_CASE("finite differences see what a bias does to a ReLU energy, which derivatives in x do not") {
  const Tensor x = wave({40, 2}), probes = wave({1, 40, 2}, DType::f64, 2);
  const Tensor weight = wave({3, 2}, DType::f64, 0.5), bias = wave({3}, DType::f64, 1.5) * 0.1;
  const auto loss = [&](const Tensor& b) {
    const auto f = [&](const Tensor& at) { return sum(relu(linear(at, weight, b)), 1); };
    return mean(finite_difference_score_matching({f, true}, x, probes, 0.5));
  };
  const auto value = [&](const Tensor& b) {
    const Tape tape;
    return loss(b).item();
  };
  const Tape tape;
  const Tensor leaf = bias.clone().requires_grad_();
  const std::vector<double> found = grad(loss(leaf), leaf).to_vector();
  constexpr double kStep = 1e-6;
  for (int64_t i = 0; i < 3; ++i) {
    Tensor up = bias.clone().detach(), down = bias.clone().detach();
    up.mutable_data<double>()[i] += kStep;
    down.mutable_data<double>()[i] -= kStep;
    const double wanted = (value(up) - value(down)) / (2 * kStep);
    CHECK(std::abs(wanted) > 1e-3);
    CHECK(found[static_cast<size_t>(i)] == approx(wanted).epsilon(1e-6));
  }
}

TEST_CASE("finite differences refuse what makes no sense") {
  const TwoNets nets;
  const auto net = [&](const Tensor& x) { return nets(x, false); };
  const auto refusal = [&](const Tensor& probes, double eps) {
    return error_message([&] { finite_difference_score_matching({net, false}, nets.x, probes, eps); });
  };
  CHECK(contains(refusal(wave({1, kPoints, kCoordinates}), 0.1), "live tape"));
  const Tape tape;
  CHECK(contains(refusal(nets.x, 0.1), "Hint: give (K,B,d)"));
  CHECK(contains(refusal(wave({1, kPoints, kCoordinates}), 0), "Hint: use a value above 0"));
  CHECK(refusal(wave({1, kPoints, kCoordinates}), 0.1).empty());
}

}  // namespace
}  // namespace gradzoo
