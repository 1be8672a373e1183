#include <cmath>
#include <limits>
#include <numbers>

#include "datasets/toys/toy_makers.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

// Half circles (cos t, sin t) and (1 - cos t, 1/2 - sin t), 0 <= t <= pi, each with half of the points, plus
// noise: scikit-learn's make_moons. The density is the integral over t of N(x; arc(t), sigma^2), by the
// midpoint rule: a mixture of 400 nodes an arc.
class TwoMoons : public BoxedToy {
 public:
  explicit TwoMoons(double sigma) : BoxedToy("two-moons", {}), sigma_(sigma) {
    std::vector<double> nodes;
    for (int arc = 0; arc < 2; ++arc)
      for (int i = 0; i < kNodes; ++i) {
        const auto [x, y] = point(arc == 1, (i + 0.5) / kNodes);
        nodes.insert(nodes.end(), {x, y});
      }
    const std::vector<double> equal(2 * kNodes, 1.0);
    density_ = make_mixture(
        {equal, tensor(nodes, {2 * kNodes, 2}, DType::f64), std::vector<double>(2 * kNodes, sigma)}, name());
    box_ = density_->box();
  }
  Tensor sample(int64_t n, Rng& rng, DType dtype) const override {
    const Tensor choice = rand({n, 2}, rng, DType::f64);  // which arc, where on it
    Tensor x = randn({n, 2}, rng, DType::f64);
    double* values = x.mutable_data<double>();
    for (int64_t row = 0; row < n; ++row) {
      const double* u = choice.data<double>() + 2 * row;
      const auto [a, b] = point(u[0] < 0.5, u[1]);
      values[2 * row] = a + sigma_ * values[2 * row];
      values[2 * row + 1] = b + sigma_ * values[2 * row + 1];
    }
    return cast(x, dtype);
  }
  Tensor log_prob(const Tensor& x) const override { return density_->log_prob(x); }

 private:
  static constexpr int kNodes = 400;

  // t = share * pi on one of the arcs.
  static std::pair<double, double> point(bool lower, double share) {
    const double t = share * std::numbers::pi;
    if (lower) return {1 - std::cos(t), 0.5 - std::sin(t)};
    return {std::cos(t), std::sin(t)};
  }

  double sigma_;
  std::shared_ptr<const Toy> density_;
};

// Uniform on the unit squares of [-2,2]^2 whose corner (i, j) has i + j even: p = 1/8 there, else 0.
class Checkerboard : public BoxedToy {
 public:
  Checkerboard() : BoxedToy("checkerboard", {{-2, -2}, {2, 2}}) {}
  Tensor sample(int64_t n, Rng& rng, DType dtype) const override {
    Tensor x = rand({n, 2}, rng, DType::f64);
    const Tensor square = rand({n, 1}, rng, DType::f64);
    double* values = x.mutable_data<double>();
    for (int64_t row = 0; row < n; ++row) {
      const auto k = static_cast<int64_t>(8 * square.data<double>()[row]);  // two dark squares a column
      const int64_t i = k / 2, j = 2 * (k % 2) + i % 2;
      values[2 * row] += static_cast<double>(i - 2);
      values[2 * row + 1] += static_cast<double>(j - 2);
    }
    return cast(x, dtype);
  }
  Tensor log_prob(const Tensor& x) const override {
    check_points(*this, x);
    Tensor result = empty({x.dim(0)}, x.dtype());
    visit_floating(x.dtype(), [&]<class T>() {
      const T* points = x.data<T>();
      T* values = result.mutable_data<T>();
      for (int64_t row = 0; row < x.dim(0); ++row)
        values[row] = is_dark(points[2 * row], points[2 * row + 1]) ? static_cast<T>(-std::log(8.0))
                                                                    : -std::numeric_limits<T>::infinity();
    });
    return result;
  }
  std::string why_no_score() const override {
    return "checkerboard: the score is 0 wherever the density is positive, and the density does not vanish "
           "at its boundary, so score matching does not apply. Hint: use a toy with a smooth density, such "
           "as ring8";
  }

 private:
  static bool is_dark(double x, double y) {
    if (!(x >= -2 && x < 2 && y >= -2 && y < 2)) return false;
    return std::fmod(std::floor(x) + std::floor(y), 2.0) == 0;
  }
};

// u = log x for x of Gamma(a, rate 1), so that the support is all of R:
//   log p(u) = log p(x) + u = a u - e^u - log Gamma(a).
class LogGamma : public BoxedToy {
 public:
  // The box holds all but 1e-9: below, P(x < l) <= l^a / a!; above, P(x > h) = e^-h sum_{k<a} h^k / k!.
  LogGamma(std::string name, int64_t shape, Box box)
      : BoxedToy(std::move(name), std::move(box)), shape_(shape) {}
  Tensor sample(int64_t n, Rng& rng, DType dtype) const override {
    const Tensor u = rand({n, shape_}, rng, DType::f64);
    // A sum of `shape_` exponentials, -log(1 - u) each; the bound keeps log x finite where u is 0.
    const Tensor x = sum(log1p(clamp(u, 0x1p-54, 1) * -1.0) * -1.0, 1, true);
    return cast(log(x), dtype);
  }
  Tensor log_prob(const Tensor& x) const override {
    check_points(*this, x);
    const auto a = static_cast<double>(shape_);
    const Tensor u = reshape(x, {x.dim(0)});
    return a * u - exp(u) - std::lgamma(a);
  }

 private:
  int64_t shape_;
};

// The 30 distinct patterns of a 4x4 image whose rows (bars) or whose columns (stripes) are each all 0 or all
// 1: 2 * 16 - 2, since all 0 and all 1 are both.
class BarsAndStripes : public BoxedToy {
 public:
  BarsAndStripes()
      : BoxedToy("bars-and-stripes", {std::vector<double>(16, 0.0), std::vector<double>(16, 1.0)}) {}
  Tensor sample(int64_t n, Rng& rng, DType dtype) const override {
    const Tensor u = rand({n, 1}, rng, DType::f64);
    Tensor x = empty({n, 16}, DType::f64);
    double* values = x.mutable_data<double>();
    for (int64_t row = 0; row < n; ++row) {
      const auto pattern = static_cast<int64_t>(30 * u.data<double>()[row]);
      const bool stripes = pattern >= 16;
      const int64_t bits = stripes ? pattern - 15 : pattern;  // stripes: 1 to 14
      for (int64_t i = 0; i < 16; ++i)
        values[16 * row + i] = static_cast<double>((bits >> (stripes ? i % 4 : i / 4)) & 1);
    }
    return cast(x, dtype);
  }
  Tensor log_prob(const Tensor&) const override { throw Error(why_no_density()); }
  std::string why_no_density() const override {
    return "bars-and-stripes: its 30 patterns are points, which have probabilities but no density. Hint: use "
           "a 2-D toy such as ring8";
  }
  Shape tile() const override { return {4, 4}; }
  bool binary() const override { return true; }
};

}  // namespace

std::shared_ptr<const Toy> make_two_moons(double noise) { return std::make_shared<TwoMoons>(noise); }
std::shared_ptr<const Toy> make_checkerboard(double) { return std::make_shared<Checkerboard>(); }
std::shared_ptr<const Toy> make_gamma(double) {
  return std::make_shared<LogGamma>("gamma", 3, Box{{-7.5}, {3.5}});
}
std::shared_ptr<const Toy> make_exponential(double) {
  return std::make_shared<LogGamma>("exponential", 1, Box{{-22}, {3.2}});
}
std::shared_ptr<const Toy> make_bars_and_stripes(double) { return std::make_shared<BarsAndStripes>(); }

}  // namespace gradzoo
