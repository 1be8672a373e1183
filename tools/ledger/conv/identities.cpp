#include <algorithm>
#include <cmath>

#include "autograd/grad.h"
#include "autograd/tape.h"
#include "tools/ledger/conv/rows.h"

namespace gradzoo {
namespace {

struct ConvCase {
  Shape x, w;
  ConvOptions options;
  int64_t output_padding;  // what a stride leaves of both sides
};

const ConvCase kConvCases[] = {{{2, 9, 7, 3}, {3, 3, 3, 5}, {.padding = 1}, 0},
                               {{1, 10, 8, 1}, {4, 4, 1, 33}, {.stride = 2, .padding = 1}, 0},
                               {{3, 6, 8, 20}, {3, 3, 20, 2}, {.stride = 2, .padding = 1}, 1},
                               {{2, 11, 11, 4}, {2, 3, 4, 17}, {.padding = 3, .dilation = 2}, 0},
                               {{1, 5, 8, 2}, {1, 1, 2, 3}, {.stride = 3}, 1}};

double inner(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }

double relative(double a, double b) { return std::abs(a - b) / std::max({1.0, std::abs(a), std::abs(b)}); }

}  // namespace

double adjoint_triad_error(ConvFn conv, ConvTransposeFn transpose, ConvWeightFn weight) {
  Rng rng(1, "ledger/conv");
  double worst = 0;
  for (const ConvCase& c : kConvCases) {
    const Tensor x = randn(c.x, rng, DType::f64), w = randn(c.w, rng, DType::f64);
    const Tensor made = conv(x, w, c.options);
    const Tensor y = randn(made.shape(), rng, DType::f64);
    const double form = inner(made, y);
    const Tensor back = transpose(y, w, c.options, c.output_padding);
    worst = std::max(worst, back.shape() == x.shape() ? relative(inner(back, x), form) : INFINITY);
    worst = std::max(worst, relative(inner(weight(x, y, c.w[0], c.w[1], c.options), w), form));
  }
  return worst;
}

double naive_conv_error(ConvFn conv) {
  Rng rng(2, "ledger/conv");
  double worst = 0;
  for (const ConvCase& c : kConvCases) {
    const Tensor x = randn(c.x, rng, DType::f64), w = randn(c.w, rng, DType::f64);
    const Tensor y = conv(x, w, c.options);
    const double *px = x.data<double>(), *pw = w.data<double>(), *py = y.data<double>();
    for (int64_t at = 0; at < y.size(); ++at) {
      const int64_t o = at % c.w[3], j = at / c.w[3] % y.dim(2), i = at / c.w[3] / y.dim(2) % y.dim(1);
      const int64_t b = at / c.w[3] / y.dim(2) / y.dim(1);
      double sum = 0;
      for (int64_t ky = 0; ky < c.w[0]; ++ky) {
        for (int64_t kx = 0; kx < c.w[1]; ++kx) {
          const int64_t row = i * c.options.stride + ky * c.options.dilation - c.options.padding;
          const int64_t column = j * c.options.stride + kx * c.options.dilation - c.options.padding;
          if (row < 0 || row >= c.x[1] || column < 0 || column >= c.x[2]) continue;
          for (int64_t k = 0; k < c.x[3]; ++k)
            sum += px[((b * c.x[1] + row) * c.x[2] + column) * c.x[3] + k] *
                   pw[((ky * c.w[1] + kx) * c.x[3] + k) * c.w[3] + o];
        }
      }
      worst = std::max(worst, std::abs(py[at] - sum));
    }
  }
  return worst;
}

namespace {

// The gradient of |dL/dx|^2 in x, scale and shift, L a weighted sum.
Tensors penalty_gradient(NormFn norm, const Tensor& x0, const Tensor& scale0, const Tensor& shift0,
                         const Tensor& weights) {
  const Tensor x = x0.clone().requires_grad_(), scale = scale0.clone().requires_grad_(),
               shift = shift0.clone().requires_grad_();
  const Tape tape;
  const Tensor y = sum(norm(x, 2, scale, shift, {.eps = 0.1, .silu = true}) * weights);
  const Tensor slope = grad(y, x, {.create_graph = true});
  const Tensor wanted[] = {x, scale, shift};
  return grad(sum(square(slope)), wanted);
}

Tensor plain_norm(const Tensor& x, int64_t groups, const Tensor& scale, const Tensor& shift,
                  const NormOptions& options) {
  const int64_t b = x.dim(0), p = x.dim(1), c = x.dim(2);
  const Tensor grouped =
      reshape(transpose(reshape(x, {b, p, groups, c / groups}), 1, 2), {b, groups, p * c / groups});
  const Tensor centred = grouped - mean(grouped, 2, true);
  const Tensor n = centred / sqrt(mean(square(centred), 2, true) + options.eps);
  const Tensor back = reshape(transpose(reshape(n, {b, groups, p, c / groups}), 1, 2), {b, p, c});
  const Tensor z = back * scale + shift;
  return options.silu ? z * sigmoid(z) : z;
}

}  // namespace

double norm_second_order_error(NormFn norm) {
  Rng rng(3, "ledger/norm");
  const Tensor x = randn({2, 5, 6}, rng, DType::f64), weights = randn({2, 5, 6}, rng, DType::f64);
  const Tensor scale = randn({6}, rng, DType::f64), shift = randn({6}, rng, DType::f64);
  const Tensors fused = penalty_gradient(norm, x, scale, shift, weights);
  const Tensors plain = penalty_gradient(plain_norm, x, scale, shift, weights);
  double worst = 0;
  for (size_t i = 0; i < plain.size(); ++i) {
    const std::vector<double> a = fused[i].to_vector(), b = plain[i].to_vector();
    for (size_t k = 0; k < a.size(); ++k) worst = std::max(worst, relative(a[k], b[k]));
  }
  return worst;
}

double dropout_z(FunctionRef<Tensor(const Tensor& x, double p, Rng& rng)> dropout, double p, uint64_t seed) {
  constexpr int64_t kCount = 1'000'000;
  Rng rng(seed, "ledger/dropout");
  const std::vector<double> y = dropout(ones({1000, kCount / 1000}, DType::f64), p, rng).to_vector();
  const double n = kCount;
  double sum = 0, hidden = 0;
  for (const double v : y) {
    sum += v;
    hidden += v == 0 ? 1 : 0;
  }
  const double share_error = std::sqrt(p * (1 - p) / n), mean_error = std::sqrt(p / (1 - p) / n);
  return std::max(std::abs(sum / n - 1) / mean_error, std::abs(hidden / n - p) / share_error);
}

}  // namespace gradzoo
