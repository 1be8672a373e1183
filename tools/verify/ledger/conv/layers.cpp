#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "tools/verify/ledger/rows.h"

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

double relative(double a, double b) { return std::abs(a - b) / std::max({1.0, std::abs(a), std::abs(b)}); }

using ConvFn = Tensor (*)(const Tensor& x, const Tensor& w, const ConvOptions& options);

Tensor plain_conv(const Tensor& x, const Tensor& w, const ConvOptions& options) {
  return conv2d(x, w, {}, options);
}

Tensor plain_transpose(const Tensor& y, const Tensor& w, const ConvOptions& options, int64_t output_padding) {
  return conv_transpose2d(y, w, {}, options, output_padding);
}

/// A convolution, its transpose and its weight gradient, which are one trilinear form.
struct ConvTriad {
  ConvFn conv = plain_conv;
  Tensor (*transpose)(const Tensor& y, const Tensor& w, const ConvOptions& options,
                      int64_t output_padding) = plain_transpose;
  Tensor (*weight)(const Tensor& x, const Tensor& y, int64_t kernel_height, int64_t kernel_width,
                   const ConvOptions& options) = conv2d_weight;
};

/// Returns the largest relative difference of <conv(x,w), y>, <x, transpose(y,w)> and <w, weight(x,y)>.
RowResult adjoint_triad(const ConvTriad& of, const RowContext&) {
  Rng rng(1, "ledger/conv");
  double worst = 0;
  for (const ConvCase& c : kConvCases) {
    const Tensor x = randn(c.x, rng, DType::f64), w = randn(c.w, rng, DType::f64);
    const Tensor made = of.conv(x, w, c.options);
    const Tensor y = randn(made.shape(), rng, DType::f64);
    const double form = inner(made, y);
    const Tensor back = of.transpose(y, w, c.options, c.output_padding);
    worst = std::max(worst, back.shape() == x.shape() ? relative(inner(back, x), form) : INFINITY);
    worst = std::max(worst, relative(inner(of.weight(x, y, c.w[0], c.w[1], c.options), w), form));
  }
  return {
      worst, AtMost{1e-12},
      "f64, strides 1 to 3, paddings, one dilation, 1 to 33 channels; value: largest relative difference"};
}

/// Returns the largest difference from seven nested loops, over odd shapes.
RowResult naive(ConvFn conv, const RowContext&) {
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
  return {worst, AtMost{1e-11},
          "f64, the shapes of conv.adjoint_triad; value: largest difference of an element"};
}

// Sizes that Winograd's method takes in f32, with and without whole strips.
const ConvCase kWinogradCases[] = {{{2, 9, 10, 16}, {3, 3, 16, 48}, {.padding = 1}, 0},
                                   {{1, 14, 7, 64}, {3, 3, 64, 32}, {.padding = 1}, 0},
                                   {{2, 12, 10, 32}, {4, 4, 32, 64}, {.stride = 2, .padding = 1}, 0}};

/// Returns a convolution, its two gradients, and the gradient in w of |dL/dx|^2, where L = sum silu(y) v.
Tensors conv_derivatives(ConvFn conv, const ConvCase& c, DType dtype) {
  Rng rng(4, "ledger/winograd");
  const Tensor x = cast(randn(c.x, rng), dtype).requires_grad_();
  const Tensor w = cast(randn(c.w, rng) * 0.1, dtype).requires_grad_();
  const Tape tape;
  const Tensor y = conv(x, w, c.options);
  const Tensor v = cast(randn(y.shape(), rng), dtype);
  const Tensors slopes = grad(sum(silu(y) * v), {x, w}, {.create_graph = true});
  return {y, slopes[0], slopes[1], grad(sum(square(slopes[0])), w)};
}

/// Returns the largest distance of a result in f32 from that in f64, as a share of its norm.
RowResult winograd_error(ConvFn conv, const RowContext&) {
  double worst = 0;
  for (const ConvCase& c : kWinogradCases) {
    const Tensors rough = conv_derivatives(conv, c, DType::f32);
    const Tensors fine = conv_derivatives(plain_conv, c, DType::f64);
    for (size_t i = 0; i < fine.size(); ++i) {
      const Tensor error = cast(rough[i], DType::f64) - fine[i];
      worst = std::max(worst, std::sqrt(inner(error, error) / inner(fine[i], fine[i])));
    }
  }
  return {worst, AtMost{2e-6},
          "3x3 with 16-48 and 64-32 channels, 4x4 with stride 2 and 32-64; f32 against f64: value, both "
          "gradients, and the gradient of |dL/dx|^2; value: largest relative error in norm"};
}

using NormFn = Tensor (*)(const Tensor& x, int64_t groups, const Tensor& scale, const Tensor& shift,
                          const NormOptions& options);

// Returns the gradient of |dL/dx|^2 in x, scale and shift, where L is a weighted sum.
Tensors penalty_gradient(NormFn norm, const Tensor& x0, const Tensor& scale0, const Tensor& shift0,
                         const Tensor& weights) {
  const Tensor x = x0.clone().requires_grad_(), scale = scale0.clone().requires_grad_(),
               shift = shift0.clone().requires_grad_();
  const Tape tape;
  const Tensor y = sum(norm(x, 2, scale, shift, {.eps = 0.1, .silu = true}) * weights);
  const Tensor slope = grad(y, x, {.create_graph = true});
  return grad(sum(square(slope)), {x, scale, shift});
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

/// Returns the largest relative difference of the gradient of |dL/dx|^2 through `norm` and elementary ops.
RowResult norm_second_order(NormFn norm, const RowContext&) {
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
  return {worst, AtMost{1e-10},
          "f64, 2 images of 5 pixels and 6 channels in 2 groups, SiLU, eps 0.1; value: largest relative "
          "difference of the gradient of |dL/dx|^2 in x, scale and shift"};
}

using DropoutFn = Tensor (*)(const Tensor& x, double p, Rng& rng);

/// Returns the larger |z| of the mean of dropped ones, which is 1, and of the share of zeros, which is p.
double dropout_z(DropoutFn hide, double p, uint64_t seed) {
  constexpr int64_t kCount = 1'000'000;
  Rng rng(seed, "ledger/dropout");
  const std::vector<double> y = hide(ones({1000, kCount / 1000}, DType::f64), p, rng).to_vector();
  const double n = kCount;
  double sum = 0, hidden = 0;
  for (const double v : y) {
    sum += v;
    hidden += v == 0 ? 1 : 0;
  }
  const double share_error = std::sqrt(p * (1 - p) / n), mean_error = std::sqrt(p / (1 - p) / n);
  return std::max(std::abs(sum / n - 1) / mean_error, std::abs(hidden / n - p) / share_error);
}

RowResult dropout_mean(DropoutFn hide, const RowContext& context) {
  const double z = std::max(dropout_z(hide, 0.1, context.seed), dropout_z(hide, 0.7, context.seed + 1));
  return {
      z, AtMost{4.5},
      "p = 0.1 and 0.7, 1e6 elements; value: larger |z| of mean and share of zeros; false-alarm rate 3e-5"};
}

}  // namespace

Rows layer_rows() {
  return {
      identity({"conv.adjoint_triad",
                "convolution, transpose and weight gradient agree: <conv(x,w), y> = <x, conv_transpose(y,w)> "
                "= <w, conv_weight(x,y)>",
                "Dumoulin & Visin 2016; the three are one trilinear form", 1},
               adjoint_triad, {},
               {{"a transpose that is 1 % too small",
                 {.transpose = [](auto& y, auto& w, auto& o,
                                  int64_t p) { return plain_transpose(y, w, o, p) * 0.99; }}},
                {"a weight gradient that is flipped",
                 {.weight = [](auto& x, auto& y, int64_t h, int64_t w,
                               auto& o) { return flip(conv2d_weight(x, y, h, w, o), 0); }}}}),
      identity({"conv.naive", "a convolution equals seven nested loops, also for odd shapes",
                "definition of the convolution", 1},
               naive, plain_conv,
               {{"a kernel that is flipped",
                 [](auto& x, auto& w, auto& o) { return plain_conv(x, flip(w, 1), o); }},
                {"an output that is 1 % too small",
                 [](auto& x, auto& w, auto& o) { return plain_conv(x, w, o) * 0.99; }}}),
      identity({"conv.winograd", "convolutions by Winograd's method have errors of rounding, to second order",
                "Winograd 1980; Lavin & Gray 2016, section 4.1", 1},
               winograd_error, plain_conv,
               {{"an output that is 0.001 % too small",
                 [](auto& x, auto& w, auto& o) { return plain_conv(x, w, o) * (1 - 1e-5); }},
                {"a corner of each kernel that is 0.1 % too large",
                 [](auto& x, auto& w, auto& o) {
                   const Tensor first = slice(slice(w, 0, 0, 1), 1, 0, 1);
                   return plain_conv(x, w, o) +
                          plain_conv(x, pad(pad(first * 1e-3, 0, 0, w.dim(0) - 1), 1, 0, w.dim(1) - 1), o);
                 }}}),
      identity({"norm.second_order",
                "a gradient penalty's gradient is equal with fused group norm and elementary ops",
                "Wu & He 2018, eqs. 1-4", 1},
               norm_second_order, group_norm,
               {{"1 % of the scale treated as a constant",
                 [](auto& x, int64_t groups, auto& scale, auto& shift, auto& o) {
                   return group_norm(x, groups, scale.detach() * 1.0 + (scale - scale.detach()) * 0.99, shift,
                                     o);
                 }},
                {"an eps that is 1 % larger",
                 [](auto& x, int64_t groups, auto& scale, auto& shift, auto& o) {
                   NormOptions other = o;
                   other.eps *= 1.01;
                   return group_norm(x, groups, scale, shift, other);
                 }}}),
      identity({"dropout.mean", "dropout preserves the mean and sets the share p of elements to 0",
                "Srivastava et al. 2014, section 10", 1},
               dropout_mean, dropout,
               {{"kept elements that are not rescaled",
                 [](auto& x, double p, auto& rng) { return dropout(x, p, rng) * (1 - p); }},
                {"2 % more elements set to 0",
                 [](auto& x, double p, auto& rng) { return dropout(x, p * 1.02, rng); }}})};
}

}  // namespace gradzoo
