#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/gradcheck_module.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/nn/parallel/shards.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr double kEps = 1e-3;
constexpr BatchNormOptions kF64{.eps = kEps, .momentum = 0.25, .dtype = DType::f64};

/// Of the rows first, first + step, ... of x (B, C): each column's mean, and sqrt(var + eps).
struct Statistics {
  Doubles mean, stddev;
};
Statistics statistics_of(const Tensor& x, size_t first = 0, size_t step = 1) {
  const Doubles values = x.to_vector();
  const auto rows = static_cast<size_t>(x.dim(0)), columns = static_cast<size_t>(x.dim(1));
  Statistics out;
  for (size_t c = 0; c < columns; ++c) {
    double sum = 0, squares = 0, n = 0;
    for (size_t r = first; r < rows; r += step, ++n) sum += values[r * columns + c];
    for (size_t r = first; r < rows; r += step) squares += std::pow(values[r * columns + c] - sum / n, 2);
    out.mean.push_back(sum / n);
    out.stddev.push_back(std::sqrt(squares / n + kEps));
  }
  return out;
}

Doubles buffer(const Module& module, size_t i) { return module.named_buffers()[i].tensor.to_vector(); }

void set(Tensor tensor, const Doubles& values) {
  std::copy(values.begin(), values.end(), tensor.mutable_data<double>());
}

/// by_batch as a module, for gradcheck.
class ByBatch : public Module {
 public:
  explicit ByBatch(int64_t parts) : parts_(parts) { register_module("norm", norm); }
  Tensor forward(const Tensor& x) const override { return norm.by_batch(x, parts_); }
  BatchNorm1d norm{3, kF64};

 private:
  int64_t parts_;
};

TEST_CASE("a batch is normalised by its own mean and mean square deviation, each part by its own") {
  Rng rng(1, "batch_norm_test");
  const BatchNorm1d norm(2, kF64);
  set(norm.named_parameters()[0].tensor, {2, -3});
  set(norm.named_parameters()[1].tensor, {0.5, 7});
  const Tensor x = randn({12, 2}, rng, DType::f64) * 3.0 + 5.0;
  const Doubles points = x.to_vector();
  for (const size_t parts : {1U, 2U, 3U}) {
    Doubles expected;
    for (size_t row = 0; row < 12; ++row) {
      const Statistics s = statistics_of(x, row % parts, parts);
      expected.push_back((points[2 * row] - s.mean[0]) / s.stddev[0] * 2 + 0.5);
      expected.push_back((points[2 * row + 1] - s.mean[1]) / s.stddev[1] * -3 + 7);
    }
    CHECK(max_error(norm.by_batch(x, static_cast<int64_t>(parts)), expected) < 1e-13);
  }
}

TEST_CASE("its derivatives of first and second order are those of differences, in both its functions") {
  Rng rng(2, "batch_norm_test");
  const Tensor x = randn({6, 3}, rng, DType::f64);
  for (const int64_t parts : {1, 2}) {
    const ByBatch module(parts);
    CHECK(check_order(module, x, 2).message == "");
  }
  const BatchNorm1d norm(3, kF64);
  set(norm.named_buffers()[1].tensor, {0.5, 2, 3});
  CHECK(check_order(norm, x, 2).message == "");
}

TEST_CASE("forward goes by running statistics, which move after a step and by the last batch alone") {
  Rng rng(3, "batch_norm_test");
  const BatchNorm1d norm(2, kF64);
  const Tensor x = randn({8, 2}, rng, DType::f64) * 2.0 + 1.0, y = randn({6, 2}, rng, DType::f64) - 4.0;
  CHECK(norm(x).to_vector() == x.to_vector());
  norm.by_batch(x);
  CHECK(norm(x).to_vector() == x.to_vector());  // not yet
  norm.by_batch(y);
  norm.update_buffers();
  const Statistics s = statistics_of(y);
  Doubles mean, stddev, expected;
  for (size_t c = 0; c < 2; ++c) {
    mean.push_back(0.25 * s.mean[c]);
    stddev.push_back(0.75 + 0.25 * s.stddev[c]);
  }
  CHECK(max_error(norm.named_buffers()[0].tensor, mean) < 1e-14);
  CHECK(max_error(norm.named_buffers()[1].tensor, stddev) < 1e-14);
  const Doubles points = x.to_vector();
  for (size_t i = 0; i < points.size(); ++i) expected.push_back((points[i] - mean[i % 2]) / stddev[i % 2]);
  CHECK(max_error(norm(x), expected) < 1e-13);
  const Doubles before = buffer(norm, 0);
  norm.update_buffers();  // a step without a batch
  norm(x);
  norm.update_buffers();
  CHECK(buffer(norm, 0) == before);
  // What comes again and again is forgotten by no other: forward is by_batch in the end.
  for (int i = 0; i < 200; ++i) {
    norm.by_batch(y, 2);
    norm.update_buffers();
  }
  const Statistics even = statistics_of(y, 0, 2), odd = statistics_of(y, 1, 2);
  for (size_t c = 0; c < 2; ++c) {
    CHECK(buffer(norm, 0)[c] == approx((even.mean[c] + odd.mean[c]) / 2).epsilon(1e-12));
    CHECK(buffer(norm, 1)[c] == approx((even.stddev[c] + odd.stddev[c]) / 2).epsilon(1e-12));
  }
}

TEST_CASE("running statistics are in the learner's State, and are taken back with its step") {
  Rng rng(4, "batch_norm_test");
  const ByBatch module(1);
  Learner learner("g", module);
  State state;
  learner.add_to(state);
  const State::Entry* entry = state.find("g.norm.running_stddev");
  REQUIRE(entry != nullptr);
  CHECK(state.find("g.norm.running_mean") != nullptr);
  const auto before = state.bytes();
  learner.mark();
  {
    const Tape tape;
    learner.step(sum(square(module.forward(randn({5, 3}, rng, DType::f64)) - 1.0)), 0.1);
  }
  CHECK(max_error(module.named_buffers()[1].tensor, {1, 1, 1}) > 1e-3);
  learner.take_back();
  CHECK(state.bytes() == before);
}

TEST_CASE("shards normalise their own rows, and running statistics move towards the mean over them") {
  Rng rng(5, "batch_norm_test");
  const BatchNorm1d norm(2, kF64);
  const Tensor x = randn({8, 2}, rng, DType::f64);
  Shards shards(2, {[](int64_t) {}, [](int64_t) {}});
  std::vector<Doubles> outputs(2);
  shards.run([&](int64_t i) {
    outputs[static_cast<size_t>(i)] = norm.by_batch(x.rows(4 * i, 4 * i + 4)).to_vector();
  });
  norm.update_buffers();
  const BatchNorm1d alone(2, kF64);
  CHECK(outputs[0] == alone.by_batch(x.rows(0, 4)).to_vector());
  CHECK(outputs[1] == alone.by_batch(x.rows(4, 8)).to_vector());
  const Statistics first = statistics_of(x.rows(0, 4)), second = statistics_of(x.rows(4, 8));
  for (size_t c = 0; c < 2; ++c) {
    CHECK(buffer(norm, 0)[c] == approx((first.mean[c] + second.mean[c]) / 8).epsilon(1e-12));
    CHECK(buffer(norm, 1)[c] == approx(0.75 + (first.stddev[c] + second.stddev[c]) / 8).epsilon(1e-12));
  }
}

TEST_CASE("a batch that cannot be normalised is refused") {
  const BatchNorm1d norm(3);
  const auto refusal = [&](const Shape& shape, int64_t parts) {
    return error_message([&] { norm.by_batch(zeros(shape), parts); });
  };
  CHECK(contains(refusal({4, 2}, 1), "(B, 3)"));
  CHECK(contains(refusal({1, 3}, 1), "at least 2"));
  CHECK(contains(refusal({5, 3}, 2), "a multiple of 2"));
  CHECK(contains(refusal({2, 3}, 2), "at least 4"));
  CHECK(contains(refusal({4, 3}, 0), "parts"));
  check_refused("at least one", [] { BatchNorm1d(0); });
}

TEST_CASE("numbers whose squares leave the range are normalised as their small multiples are") {
  BatchNorm1d norm(2, {.eps = 1e-12});
  const Tensor small = tensor({-1, 5, 1, 5, 2, 5, 3, 5}, {4, 2}, DType::f32);
  const Tensor unit = tensor({1e19, 1}, {2}, DType::f32);
  Tensor huge = small * unit;
  huge.requires_grad_();
  const Tape tape;
  const Tensor y = norm.by_batch(huge);
  CHECK(max_error(y, norm.by_batch(small).to_vector()) < 1e-6);
  CHECK(all_finite(grad(sum(square(y)), huge)));
}

}  // namespace
}  // namespace gradzoo
