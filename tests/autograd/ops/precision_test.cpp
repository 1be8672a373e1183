// What single precision makes of values and gradients far out, in tails and in long sums, beside what double
// makes of the same numbers.
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "support/approx.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

constexpr double kFewUlps = 5e-7;  // of a float, relative

struct Case {
  std::string name;
  std::vector<double> x;
  std::function<Tensor(const Tensor&)> f;
  double tolerance = kFewUlps;
  bool twice = true;  // differentiated
};

/// The value, the gradient by the rules that record and by those that do not, and the gradient of the
/// gradient's first number.
std::vector<std::vector<double>> derivatives(const Case& c, DType dtype) {
  Tensor x = cast(tensor(c.x, {static_cast<int64_t>(c.x.size())}, DType::f32), dtype);
  x.requires_grad_();
  const Tape tape;
  const Tensor y = sum(c.f(x));
  const Tensor fast = grad(y, x, {.retain_graph = true}), first = grad(y, x, {.create_graph = true});
  const Tensor second = grad(slice(first, 0, 0, 1), x, {.grad_output = ones({1}, dtype)});
  return {y.to_vector(), fast.to_vector(), first.to_vector(), second.to_vector()};
}

void check_each(const std::vector<Case>& cases) {
  const char* const names[] = {"value", "gradient", "recorded gradient", "second derivative"};
  for (const Case& c : cases) {
    const auto single = derivatives(c, DType::f32), twice = derivatives(c, DType::f64);
    for (size_t k = 0; k < (c.twice ? 4 : 3); ++k)
      for (size_t i = 0; i < single[k].size(); ++i) {
        INFO(c.name << ", " << names[k] << " " << i << ": " << single[k][i] << ", in double " << twice[k][i]);
        const bool is_representable = std::abs(twice[k][i]) > 1e-37 && std::abs(twice[k][i]) < 3e38;
        if (is_representable)
          CHECK(std::abs(single[k][i] - twice[k][i]) <= c.tolerance * std::abs(twice[k][i]));
        if (twice[k][i] == 0) CHECK(single[k][i] == 0);
      }
  }
}

Tensor labelled(const Tensor& logits, int64_t label) {
  return cross_entropy(reshape(logits, {1, logits.size()}),
                       tensor({static_cast<double>(label)}, {1}, DType::i64));
}

Tensor target(const Tensor& logits, double t) {
  return binary_cross_entropy_with_logits(logits, full(logits.shape(), t, logits.dtype()));
}

/// One of the outputs.
Tensor at(const Tensor& y, int64_t i) { return slice(y, 0, i, i + 1); }

TEST_CASE("a class that is nearly certain keeps the digits of what it is not") {
  std::vector<Case> cases;
  for (const double v : {1.0, 12.0, 1e4, 1e6, 1e8}) {
    cases.push_back({"two classes alike", {v, v}, [](const Tensor& x) { return labelled(x, 0); }});
    cases.push_back(
        {"log_softmax of two alike", {v, v}, [](const Tensor& x) { return at(log_softmax(x, 0), 1); }});
  }
  for (const double gap : {1.0, 5.0, 12.0, 17.0, 30.0, 60.0}) {
    const std::vector<double> x = {gap, 0, -1};
    for (const int64_t i : {0, 1, 2}) {
      const std::string name = std::to_string(i) + " of 3, " + std::to_string(gap);
      cases.push_back({"cross_entropy " + name, x, [i](const Tensor& l) { return labelled(l, i); }});
      cases.push_back({"softmax " + name, x, [i](const Tensor& l) { return at(softmax(l, 0), i); }});
      cases.push_back({"log_softmax " + name, x, [i](const Tensor& l) { return at(log_softmax(l, 0), i); }});
    }
    cases.push_back({"logsumexp " + std::to_string(gap), x, [](const Tensor& l) { return logsumexp(l, 0); }});
    for (const double l : {gap, -gap}) {
      const std::string name = "binary cross-entropy at " + std::to_string(l) + ", target ";
      cases.push_back({name + "0", {l}, [](const Tensor& t) { return target(t, 0); }});
      cases.push_back({name + "1", {l}, [](const Tensor& t) { return target(t, 1); }});
    }
  }
  check_each(cases);
}

TEST_CASE("a power of a tensor by way of the logarithm takes its gradient past the range") {
  const auto power = [](const Tensor& x) { return log(exp(full({1}, -1.0, x.dtype()) * log(x))); };
  check_each({{"log of x^-1", {1e25}, power}, {"log of x^-1", {1e-25}, power}});
}

TEST_CASE("softmax along columns has the digits that it has along rows") {
  const Tensor x = tensor({12, 0, -1, 0, 1e4, 1e4}, {3, 2}, DType::f32);
  for (const auto& f : std::vector<std::function<Tensor(const Tensor&, int)>>{
           [](const Tensor&t, int axis) { return softmax(t, axis); },
           [](const Tensor&t, int axis) { return log_softmax(t, axis); },
           [](const Tensor&t, int axis) { return logsumexp(t, axis); }}) {
    const std::vector<double> columns = f(x, 0).to_vector(), wide = f(cast(x, DType::f64), 0).to_vector();
    for (size_t i = 0; i < columns.size(); ++i)
      CHECK(std::abs(columns[i] - wide[i]) <= kFewUlps * std::abs(wide[i]));
  }
}

TEST_CASE("the likelihood of a class that is nearly certain keeps its digits along every axis") {
  // log(1 + e^-gap + e^-(gap + 1)), where log(1 + s) of the sum s is 0 from gaps of 17 on, in double of 37
  for (const double gap : {5.0, 12.0, 20.0, 30.0, 40.0}) {
    CAPTURE(gap);
    const double wanted = std::log1p(std::exp(-gap) + std::exp(-gap - 1));
    for (const DType dtype : {DType::f32, DType::f64}) {
      const double few_ulps = dtype == DType::f32 ? kFewUlps : 1e-15;
      for (const int64_t lines : {1, 2, 3, 40}) {  // side by side
        for (const int axis : {0, 1, 2}) {
          Shape shape{2, 2, lines};
          shape = shape.insert(axis, 1);
          const Tensor likely = zeros(shape, dtype),
                       line = concat({likely - gap, likely, likely - gap - 1.0}, axis);
          for (const Tensor& y : {logsumexp(line, axis), -slice(log_softmax(line, axis), axis, 1, 2)})
            for (const double value : y.to_vector()) CHECK(std::abs(value - wanted) <= few_ulps * wanted);
        }
      }
    }
  }
}

TEST_CASE("a power that alone leaves the range does not take the gradient with it") {
  std::vector<Case> cases;
  for (const double x : {1e-30, 1e-25, 1e-3, 2.0, 1e10, 1e25, 1e30}) {
    cases.push_back({"log of reciprocal", {x}, [](const Tensor& t) { return log(reciprocal(t)); }});
    cases.push_back({"log of x^-1", {x}, [](const Tensor& t) { return log(pow(t, -1.0)); }});
    cases.push_back({"log of rsqrt", {x}, [](const Tensor& t) { return log(rsqrt(t)); }});
    cases.push_back({"log of x^-1/2", {x}, [](const Tensor& t) { return log(pow(t, -0.5)); }, 2e-6});
    cases.push_back({"log of 1 / x", {x}, [](const Tensor& t) { return log(div(1.0, t)); }});
    cases.push_back({"log of sqrt", {x}, [](const Tensor& t) { return log(sqrt(t)); }});
  }
  for (const double unit : {1e-17, 1.0, 1e15, 1e18}) {
    const auto direction = [](const Tensor& t) { return at(mul(t, rsqrt(sum(square(t)))), 0); };
    cases.push_back({"x over its length", {3 * unit, 4 * unit}, direction, 2e-6, unit == 1});
  }
  check_each(cases);
}

TEST_CASE("even derivatives near their zero are as right as odd ones") {
  std::vector<Case> cases;
  const std::pair<const char*, Tensor (*)(const Tensor&)> functions[] = {
      {"sigmoid", sigmoid}, {"tanh", tanh}, {"softplus", softplus}, {"silu", silu}};
  for (const auto& [name, f] : functions) {
    const auto slope = [f = f](const Tensor& x) { return grad(sum(f(x)), x, {.create_graph = true}); };
    for (const double x : {1e-8, 1e-5, -1e-3, 0.01, 0.3, 3.0}) {
      cases.push_back({name, {x}, f});
      cases.push_back({std::string(name) + "'", {x}, slope, x == 3.0 ? 2e-6 : kFewUlps});
    }
  }
  check_each(cases);
}

/// The largest relative difference between what f makes of floats and of the same numbers as doubles.
double worst_of(const std::function<Tensor(DType)>& f) {
  const std::vector<double> single = f(DType::f32).to_vector(), twice = f(DType::f64).to_vector();
  double worst = 0;
  for (size_t i = 0; i < twice.size(); ++i)
    worst = std::max(worst, std::abs(single[i] - twice[i]) / std::abs(twice[i]));
  return worst;
}

TEST_CASE("sums of many into one place are right to few ulps") {
  constexpr int64_t kMany = 4'000'000;
  const double tenth = static_cast<double>(0.1F);
  CHECK(worst_of([&](DType t) {
          return index_add(full({kMany}, tenth, t), 0, zeros({kMany}, DType::i64), 2).rows(0, 1);
        }) < kFewUlps);
  CHECK(worst_of([&](DType t) {
          return scatter_add(full({kMany / 2, 2}, tenth, t), 0, zeros({kMany / 2, 2}, DType::i64), 3)
              .rows(0, 1);
        }) < kFewUlps);
  CHECK(worst_of([&](DType t) { return avg_pool2d(full({1, 1024, 1024, 3}, tenth, t), 1024); }) < kFewUlps);
  CHECK(worst_of([&](DType t) {
          return matmul(full({1, kMany}, tenth, t), full({kMany, 3}, 1, t));
        }) < 4 * kFewUlps);
  CHECK(worst_of([&](DType t) {
          return matmul(transpose(full({kMany, 2}, tenth, t), 0, 1), full({kMany, 1}, 1, t));
        }) < 4 * kFewUlps);
  const auto gradient_of = [](Tensor x, const auto& f) {
    x.requires_grad_();
    const Tape tape;
    return grad(sum(f(x)), x);
  };
  CHECK(worst_of([&](DType t) {
          return gradient_of(full({1, 1, 1, 2}, 1, t),
                             [&](const Tensor& x) { return mul(upsample_nearest2d(x, 1024), tenth); });
        }) < kFewUlps);
  CHECK(worst_of([&](DType t) {
          return gradient_of(full({1, 2}, 1, t), [&](const Tensor& x) {
            return mul(index_select(x, 0, zeros({kMany}, DType::i64)), tenth);
          });
        }) < kFewUlps);
}

TEST_CASE("group_norm's sums over a million pixels keep their digits") {
  Rng rng(3, "precision");
  const Tensor pixels = rand({1, 1024, 1024, 4}, rng) + 0.5, slopes = rand({1, 1024, 1024, 4}, rng) + 0.5;
  CHECK(worst_of([&](DType t) {
          Tensor scale = ones({4}, t), shift = zeros({4}, t);
          scale.requires_grad_();
          shift.requires_grad_();
          const Tape tape;
          const Tensor y = group_norm(cast(pixels, t), 4, scale, shift);
          const Tensors g =
              grad(y, std::vector<Tensor>{scale, shift}, {.grad_output = cast(square(slopes) * pixels, t)});
          return concat(g[0], g[1], 0);
        }) < 2e-5);
}

TEST_CASE("group_norm's gradients by scale and shift keep their digits where their terms cancel") {
  constexpr int64_t kPixels = 65'536, kChannels = 6;
  Rng rng(59, "precision");
  const Tensor noise = randn({1, kPixels, kChannels}, rng), slopes = randn({1, kPixels, kChannels}, rng);
  for (const double centre : {0.0, 0.3, 5.0}) {
    for (const double slope : {0.0, 1.0}) {  // a mean that is off by rounding counts as often as this adds up
      for (const int64_t groups : {2, 6}) {
        for (const bool silu : {false, true}) {
          const Tensor x = noise + centre, g = slopes + slope;
          const auto gradients = [&](DType t) {
            const Tensor scale = ones({kChannels}, t).requires_grad_(),
                         shift = zeros({kChannels}, t).requires_grad_();
            const Tape tape;
            const Tensor y = group_norm(cast(x, t), groups, scale, shift, {.silu = silu});
            const Tensors found = grad(y, std::vector<Tensor>{scale, shift}, {.grad_output = cast(g, t)});
            return concat(found[0], found[1], 0).to_vector();
          };
          // The terms are about 1, of rounding 2^-25 on average: their exact sum spreads by 256 of that, and
          // five standard deviations have a false-alarm rate of 1e-6 for each number.
          const std::vector<double> single = gradients(DType::f32), twice = gradients(DType::f64);
          const double spread = 256 * 0x1p-25 * (1 + slope) * (1 + centre);
          CAPTURE(centre);
          CAPTURE(slope);
          CAPTURE(silu);
          for (size_t i = 0; i < twice.size(); ++i)
            CHECK(std::abs(single[i] - twice[i]) < 5 * spread + kFewUlps * std::abs(twice[i]));
        }
      }
    }
  }
}

TEST_CASE("variances of numbers whose squares add up beyond the range are finite") {
  const Tensor x = concat(full({50}, 1.5e19), full({50}, -1.5e19), 0).requires_grad_();
  const Tape tape;
  CHECK(var(x, 0).item() == approx(2.25e38).epsilon(1e-6));
  CHECK(var(reshape(x, {100, 1}), {0, 1}, false, 0).item() == approx(2.25e38).epsilon(1e-6));
  CHECK(grad(var(x, 0), x).to_vector()[0] == approx(3e17).epsilon(1e-6));
}

TEST_CASE("pooled means of the largest numbers are finite, in small windows and in large ones") {
  for (const int64_t k : {1, 2, 3, 8, 9, 20}) {
    CAPTURE(k);
    const Shape shape{1, k, 2 * k, 5};
    const auto means_of = [&](double value, DType dtype) {
      return avg_pool2d(full(shape, value, dtype), k).to_vector();
    };
    for (const double y : means_of(3e38, DType::f32)) CHECK(y == approx(3e38).epsilon(1e-6));
    for (const double y : means_of(-1.7e308, DType::f64)) CHECK(y / 1e308 == approx(-1.7).epsilon(1e-13));
    for (const double y : means_of(test::kInf, DType::f32)) CHECK(y == test::kInf);
    for (const double y : means_of(NAN, DType::f64)) CHECK(std::isnan(y));
  }
  Tensor x = full({1, 2, 2, 1}, 3e38);
  x.requires_grad_();
  const Tape tape;
  CHECK(grad(sum(avg_pool2d(x, 2)), x).to_vector() == std::vector<double>(4, 0.25));
}

TEST_CASE("the mean of finite numbers is finite") {
  Tensor x = tensor({3e38, 3e38}, {2}, DType::f32);
  x.requires_grad_();
  const Tape tape;
  CHECK(mean(x).item() == approx(3e38));
  CHECK(grad(mean(x), x).to_vector() == std::vector<double>{0.5, 0.5});
  CHECK(mean(reshape(x, {2, 1}), {0, 1}).item() == approx(3e38));
  // Sums of blocks that leave the range at both ends: together they are NaN.
  const Tensor both = concat(full({4096}, 3e38), full({4096}, -3e38), 0);
  CHECK(std::abs(mean(both).item()) < 1e32);
  for (const double value : mean(broadcast_to(reshape(both, {8192, 1}), {8192, 3}), 0).to_vector())
    CHECK(std::abs(value) < 1e32);
  CHECK(std::isinf(mean(tensor({test::kInf, 1}, {2}, DType::f32)).item()));
  CHECK(std::isnan(mean(tensor({test::kInf, -test::kInf}, {2}, DType::f32)).item()));
}

}  // namespace
}  // namespace gradzoo
