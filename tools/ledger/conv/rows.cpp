#include "tools/ledger/conv/rows.h"

#include <cmath>

#include <fmt/format.h>

#include "nn/layers/image_layers.h"

namespace gradzoo {
namespace {

Tensor plain_conv(const Tensor& x, const Tensor& w, const ConvOptions& options) {
  return conv2d(x, w, {}, options);
}
Tensor plain_transpose(const Tensor& y, const Tensor& w, const ConvOptions& options, int64_t output_padding) {
  return conv_transpose2d(y, w, {}, options, output_padding);
}

RowResult adjoint_triad(const RowContext&) {
  return {adjoint_triad_error(plain_conv, plain_transpose, conv2d_weight), AtMost{1e-12},
          "f64, strides 1 to 3, paddings, a dilation, 1 to 33 channels: largest relative difference of the "
          "three"};
}

RowResult naive(const RowContext&) {
  return {naive_conv_error(plain_conv), AtMost{1e-11},
          "f64, the same shapes: largest difference of a number"};
}

RowResult norm_second_order(const RowContext&) {
  return {norm_second_order_error(group_norm), AtMost{1e-10},
          "f64, 2 images of 5 pixels and 6 channels in 2 groups, SiLU, eps 0.1: largest relative difference "
          "of the "
          "gradient of |dL/dx|^2 in x, scale and shift"};
}

RowResult dropout_mean(const RowContext& context) {
  const double z = std::max(dropout_z(dropout, 0.1, context.seed), dropout_z(dropout, 0.7, context.seed + 1));
  return {z, AtMost{4.5},
          "p = 0.1 and 0.7, 1e6 numbers each: larger |z| of the mean and of the share of zeros; false alarm "
          "3e-5"};
}

}  // namespace

std::vector<Row> conv_rows() {
  return {{"conv.adjoint_triad", RowKind::identity,
           "<conv(x,w), y> = <x, conv_transpose(y,w)> = <w, conv_weight(x,y)>",
           "one trilinear form: Dumoulin & Visin 2016", true, 1, adjoint_triad},
          {"conv.naive", RowKind::identity, "a convolution is what seven nested loops say, at odd shapes",
           "the definition", true, 1, naive},
          {"norm.second_order", RowKind::identity,
           "a gradient penalty through group norm with SiLU has the gradient of the same in plain ops",
           "Wu & He 2018, eqs. 1-4", true, 1, norm_second_order},
          {"dropout.mean", RowKind::identity, "dropout keeps the mean and hides the share p",
           "Srivastava et al. 2014, section 10", true, 1, dropout_mean}};
}

}  // namespace gradzoo
