#include <cmath>
#include <numbers>

#include "datasets/toys/toy_makers.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

// L of A = L L', lower triangular, row-major (d, d). Throws unless A is symmetric and positive definite.
std::vector<double> cholesky(const std::vector<double>& a, size_t d) {
  std::vector<double> l(d * d, 0.0);
  for (size_t i = 0; i < d; ++i)
    for (size_t j = 0; j <= i; ++j) {
      double rest = a[i * d + j];
      for (size_t k = 0; k < j; ++k) rest -= l[i * d + k] * l[j * d + k];
      const bool symmetric = std::abs(a[i * d + j] - a[j * d + i]) <= 1e-6 * std::abs(a[i * d + i]);
      if (!symmetric || (i == j && !(rest > 0)))
        throw Error(
            "make_gaussian: the covariance is not symmetric and positive definite. Hint: remove axes without "
            "variance");
      l[i * d + j] = i == j ? std::sqrt(rest) : rest / l[j * d + j];
    }
  return l;
}

// L^-1 by forward substitution, a column of the identity at a time.
std::vector<double> inverse_of_lower(const std::vector<double>& l, size_t d) {
  std::vector<double> inverse(d * d, 0.0);
  for (size_t column = 0; column < d; ++column)
    for (size_t i = column; i < d; ++i) {
      double rest = i == column ? 1 : 0;
      for (size_t k = column; k < i; ++k) rest -= l[i * d + k] * inverse[k * d + column];
      inverse[i * d + column] = rest / l[i * d + i];
    }
  return inverse;
}

// x = mean + L z, z standard normal: log p(x) = -|z|^2 / 2 - log det L - d/2 log 2 pi, z = L^-1 (x - mean).
class Gaussian : public BoxedToy {
 public:
  Gaussian(const Tensor& mean, const Tensor& covariance, std::string name)
      : BoxedToy(std::move(name), {}), mean_(cast(mean, DType::f64)) {
    const int64_t d = mean_.dim(0);
    const Tensor variances = cast(covariance, DType::f64);
    const auto size = static_cast<size_t>(d);
    const std::vector<double> l = cholesky(variances.to_vector(), size);
    factor_ = tensor(l, {d, d}, DType::f64);
    inverse_ = tensor(inverse_of_lower(l, size), {d, d}, DType::f64);
    log_normaliser_ = static_cast<double>(d) * std::log(2 * std::numbers::pi) / 2;
    for (size_t i = 0; i < size; ++i) log_normaliser_ += std::log(l[i * size + i]);
    for (int64_t i = 0; i < d; ++i) {
      const double reach = kReach * std::sqrt(variances.data<double>()[i * d + i]);
      box_.low.push_back(mean_.data<double>()[i] - reach);
      box_.high.push_back(mean_.data<double>()[i] + reach);
    }
  }
  Tensor sample(int64_t n, Rng& rng, DType dtype) const override {
    return cast(linear(randn({n, dimensions()}, rng, DType::f64), factor_, mean_), dtype);
  }
  Tensor log_prob(const Tensor& x) const override {
    check_points(*this, x);
    const Tensor z = linear(x - cast(mean_, x.dtype()), cast(inverse_, x.dtype()));
    return sum(square(z), 1) * -0.5 - log_normaliser_;
  }

 private:
  Tensor mean_;              // (d)
  Tensor factor_, inverse_;  // L, L^-1
  double log_normaliser_;
};

}  // namespace

std::shared_ptr<const Toy> make_gaussian(const Tensor& mean, const Tensor& covariance, std::string name) {
  const int64_t d = mean.rank() == 1 ? mean.dim(0) : 0;
  if (d < 1 || covariance.shape() != Shape{d, d})
    throw Error("make_gaussian: mean {} and covariance {}. Hint: use (d) and (d,d)", mean.shape().str(),
                covariance.shape().str());
  return std::make_shared<Gaussian>(mean, covariance, std::move(name));
}

std::shared_ptr<const Toy> make_correlated_gaussian(double noise) {
  const double variance = noise * noise;
  return make_gaussian(zeros({2}, DType::f64),
                       tensor({variance, 0.6 * variance, 0.6 * variance, variance}, {2, 2}, DType::f64));
}

}  // namespace gradzoo
