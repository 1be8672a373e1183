#include <cmath>
#include <numbers>

#include "datasets/toys/toy_makers.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

// p(x) = sum_k w_k N(x; m_k, s_k^2 I). Since -|x - m|^2 / (2 s^2) is linear in (x, |x|^2), the exponents of
// all components are one product:
//   log p(x) = logsumexp_k [ m_k.x / s_k^2 - |x|^2 / (2 s_k^2) + b_k ],
//   b_k = log w_k - |m_k|^2 / (2 s_k^2) - d log s_k - d/2 log 2 pi,
// with x and m taken from the centre of the means, which keeps the terms small.
class Mixture : public Toy {
 public:
  Mixture(const MixtureParts& parts, std::string name);

  const std::string& name() const override { return name_; }
  int64_t dimensions() const override { return means_.dim(1); }
  Tensor sample(int64_t n, Rng& rng, DType dtype) const override;
  Tensor log_prob(const Tensor& x) const override;
  Box box() const override;
  const Modes* modes() const override { return equal_ ? &modes_ : nullptr; }

 private:
  struct Constants {
    Tensor center;  // (d)
    Tensor weight;  // (k, d+1)
    Tensor bias;    // (k)
  };
  Constants constants() const;  // f64

  std::string name_;
  Tensor means_;                    // (k, d) f64
  std::vector<double> sigmas_;      // (k)
  std::vector<double> weights_;     // (k), sum 1
  std::vector<double> cumulative_;  // (k): w_0, w_0 + w_1, ..., 1
  bool equal_;
  Modes modes_;
  Constants f32_, f64_;
};

Mixture::Mixture(const MixtureParts& parts, std::string name)
    : name_(std::move(name)),
      means_(cast(parts.means, DType::f64)),
      sigmas_(parts.sigmas),
      weights_(parts.weights) {
  double total = 0;
  for (const double w : weights_) total += w;
  double sum = 0;
  for (double& w : weights_) {
    w /= total;
    cumulative_.push_back(sum += w);
  }
  equal_ = true;
  for (size_t k = 1; k < sigmas_.size(); ++k)
    equal_ = equal_ && sigmas_[k] == sigmas_[0] && weights_[k] == weights_[0];
  modes_ = {means_, sigmas_[0]};
  f64_ = constants();
  f32_ = {cast(f64_.center, DType::f32), cast(f64_.weight, DType::f32), cast(f64_.bias, DType::f32)};
}

Mixture::Constants Mixture::constants() const {
  const int64_t d = dimensions();
  const Tensor center = mean(means_, 0);
  const std::vector<double> m = (means_ - center).to_vector();
  std::vector<double> weight, bias;
  for (size_t k = 0; k < sigmas_.size(); ++k) {
    const double precision = 1 / (sigmas_[k] * sigmas_[k]);
    double squares = 0;
    for (int64_t i = 0; i < d; ++i) {
      const double value = m[k * static_cast<size_t>(d) + static_cast<size_t>(i)];
      weight.push_back(value * precision);
      squares += value * value;
    }
    weight.push_back(-precision / 2);
    bias.push_back(std::log(weights_[k]) - squares * precision / 2 -
                   static_cast<double>(d) * (std::log(sigmas_[k]) + std::log(2 * std::numbers::pi) / 2));
  }
  const int64_t k = means_.dim(0);
  return {center, tensor(weight, {k, d + 1}, DType::f64), tensor(bias, {k}, DType::f64)};
}

Tensor Mixture::log_prob(const Tensor& x) const {
  check_points(*this, x);
  const Constants& c = x.dtype() == DType::f32 ? f32_ : f64_;
  const Tensor y = x - c.center;
  const Tensor terms = concat(y, sum(square(y), 1, true), 1);  // (B, d+1)
  return logsumexp(linear(terms, c.weight, c.bias), 1);
}

Tensor Mixture::sample(int64_t n, Rng& rng, DType dtype) const {
  const int64_t d = dimensions();
  const Tensor choice = rand({n, 1}, rng, DType::f64);
  Tensor x = randn({n, d}, rng, DType::f64);
  double* values = x.mutable_data<double>();
  const double* means = means_.data<double>();
  for (int64_t row = 0; row < n; ++row) {
    const double u = choice.data<double>()[row];
    size_t k = 0;
    while (k + 1 < cumulative_.size() && u >= cumulative_[k]) ++k;
    for (int64_t i = 0; i < d; ++i) {
      double& value = values[row * d + i];
      value = means[static_cast<int64_t>(k) * d + i] + sigmas_[k] * value;
    }
  }
  return cast(x, dtype);
}

Box Mixture::box() const {
  const int64_t d = dimensions();
  Box box;
  for (int64_t i = 0; i < d; ++i) {
    double low = INFINITY, high = -INFINITY;
    for (size_t k = 0; k < sigmas_.size(); ++k) {
      const double mean = means_.data<double>()[static_cast<int64_t>(k) * d + i];
      low = std::min(low, mean - kReach * sigmas_[k]);
      high = std::max(high, mean + kReach * sigmas_[k]);
    }
    box.low.push_back(low);
    box.high.push_back(high);
  }
  return box;
}

std::shared_ptr<const Toy> equal_mixture(std::string name, const std::vector<double>& means, double sigma) {
  const size_t k = means.size() / 2;
  const Tensor centers = tensor(means, {static_cast<int64_t>(k), 2}, DType::f64);
  return make_mixture({std::vector<double>(k, 1.0), centers, std::vector<double>(k, sigma)}, std::move(name));
}

void check_positive(const std::vector<double>& values, const char* what) {
  for (const double value : values)
    if (!std::isfinite(value) || value <= 0)
      throw Error("make_mixture: {} {} is not above 0. Hint: remove components without weight", what, value);
}

}  // namespace

std::shared_ptr<const Toy> make_mixture(const MixtureParts& parts, std::string name) {
  const size_t k = parts.weights.size();
  if (k == 0 || parts.sigmas.size() != k || parts.means.rank() != 2 ||
      parts.means.dim(0) != static_cast<int64_t>(k) || parts.means.dim(1) == 0)
    throw Error(
        "make_mixture: {} weights, means {}, {} sigmas. Hint: give k weights, means (k,d) and k sigmas", k,
        parts.means.shape().str(), parts.sigmas.size());
  if (!is_floating(parts.means.dtype()) || !all_finite(parts.means))
    throw Error("make_mixture: means must be finite numbers of f32 or f64. Hint: use tensor({0, 1}, {1, 2})");
  check_positive(parts.weights, "weight");
  check_positive(parts.sigmas, "sigma");
  return std::make_shared<Mixture>(parts, std::move(name));
}

std::shared_ptr<const Toy> make_three_gaussians(double noise) {
  const Tensor means = tensor({-1.5, -1, 1.5, -1, 0, 1.5}, {3, 2}, DType::f64);
  return make_mixture({{0.5, 0.3, 0.2}, means, {noise, noise, noise}});
}

std::shared_ptr<const Toy> make_ring8(double noise) {
  std::vector<double> means;
  for (int k = 0; k < 8; ++k) {
    means.push_back(std::cos(k * std::numbers::pi / 4));
    means.push_back(std::sin(k * std::numbers::pi / 4));
  }
  return equal_mixture("ring8", means, noise);
}

std::shared_ptr<const Toy> make_grid25(double noise) {
  std::vector<double> means;
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j) means.insert(means.end(), {-4.0 + 2 * i, -4.0 + 2 * j});
  return equal_mixture("grid25", means, noise);
}

}  // namespace gradzoo
