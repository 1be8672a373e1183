#include "gradzoo/nn/layers/init.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace gradzoo::init {
namespace {

// weight = shift + scale * draw
void fill_affine(Tensor& weight, const Tensor& draw, double scale, double shift) {
  visit_floating(weight.dtype(), [&]<class T>() {
    const T* values = draw.data<T>();
    const T a = static_cast<T>(scale);
    const T b = static_cast<T>(shift);
    std::transform(values, values + draw.size(), weight.mutable_data<T>(), [=](T v) { return b + a * v; });
  });
}

void symmetric_uniform(Tensor& weight, Rng& rng, double bound) { uniform(weight, rng, -bound, bound); }

}  // namespace

Fans fans(const Shape& weight) {
  if (weight.rank() < 2)
    throw Error("init: a weight {} has no fan-in. Hint: use the shape (out, in, ...)", weight.str());
  const int64_t field = std::accumulate(weight.begin() + 2, weight.end(), int64_t{1}, std::multiplies<>());
  return {weight[1] * field, weight[0] * field};
}

void uniform(Tensor& weight, Rng& rng, double low, double high) {
  fill_affine(weight, rand(weight.shape(), rng, weight.dtype()), high - low, low);
}

void normal(Tensor& weight, Rng& rng, double mean, double std) {
  fill_affine(weight, randn(weight.shape(), rng, weight.dtype()), std, mean);
}

void zeros(Tensor& weight, Rng&) {
  visit_floating(weight.dtype(),
                 [&]<class T>() { std::fill_n(weight.mutable_data<T>(), weight.size(), T{0}); });
}

void kaiming_uniform(Tensor& weight, Rng& rng, double gain) {
  symmetric_uniform(weight, rng, gain * std::sqrt(3.0 / static_cast<double>(fans(weight.shape()).in)));
}

void kaiming_normal(Tensor& weight, Rng& rng, double gain) {
  normal(weight, rng, 0.0, gain / std::sqrt(static_cast<double>(fans(weight.shape()).in)));
}

void xavier_uniform(Tensor& weight, Rng& rng, double gain) {
  const auto [in, out] = fans(weight.shape());
  symmetric_uniform(weight, rng, gain * std::sqrt(6.0 / static_cast<double>(in + out)));
}

void xavier_normal(Tensor& weight, Rng& rng, double gain) {
  const auto [in, out] = fans(weight.shape());
  normal(weight, rng, 0.0, gain * std::sqrt(2.0 / static_cast<double>(in + out)));
}

void torch_linear(Tensor& weight, Rng& rng) { torch_bias(weight, rng, fans(weight.shape()).in); }

void torch_bias(Tensor& bias, Rng& rng, int64_t fan_in) {
  symmetric_uniform(bias, rng, 1.0 / std::sqrt(static_cast<double>(fan_in)));
}

}  // namespace gradzoo::init
