#include "autograd/ops/conv.h"

#include <fmt/format.h>

#include "autograd/kernels/conv/conv.h"

namespace gradzoo {
namespace ops {
namespace {

void check_options(const ConvOptions& o, std::string_view name) {
  if (o.stride < 1) throw Error("{}: stride is {}. Hint: use at least 1", name, o.stride);
  if (o.dilation < 1) throw Error("{}: dilation is {}. Hint: use at least 1", name, o.dilation);
  if (o.padding < 0) throw Error("{}: padding is {}. Hint: use at least 0", name, o.padding);
}

void check_image(const Shape& x, std::string_view name, const char* operand = "x") {
  if (x.rank() < 3)
    throw Error(
        "{}: {} is (B,H,W,C), got {}. Hint: put channels last; a PyTorch image needs permute(0, 2, 3, 1)",
        name, operand, x.str());
}

void check_weight(const Shape& w, std::string_view name) {
  if (w.rank() != 4 || w[0] < 1 || w[1] < 1)
    throw Error("{}: weight is (kh,kw,in,out), got {}. Hint: apply permute(2, 3, 1, 0) to a PyTorch weight",
                name, w.str());
}

void check_bias(const Shape& bias, int64_t channels, std::string_view name) {
  if (bias == Shape{channels} || bias == Shape{0}) return;
  throw Error("{}: bias {} does not fit {} output channels. Hint: ({}), or none", name, bias.str(), channels,
              channels);
}

[[noreturn]] void throw_channels(std::string_view name, const Shape& image, const Shape& w, const char* axis,
                                 const char* operand) {
  throw Error(
      "{}: {} {} has {} channels, but weight {} takes {}. Hint: {} is (B,H,W,C), weight (kh,kw,in,out), and "
      "its {} must be C",
      name, operand, image.str(), image[-1], w.str(), w[std::string_view(axis) == "in" ? 2 : 3], operand,
      axis);
}

// What is left of `size` pixels after a kernel has passed.
int64_t output_size(int64_t size, int64_t kernel, const ConvOptions& o, std::string_view name) {
  const int64_t reach = o.dilation * (kernel - 1) + 1, padded = size + 2 * o.padding;
  if (reach > padded)
    throw Error(
        "{}: a kernel that reaches over {} pixels is larger than an image of {} with padding {}. Hint: use a "
        "smaller kernel, or padding",
        name, reach, size, o.padding);
  return (padded - reach) / o.stride + 1;
}

Shape with_image(const Shape& like, int64_t height, int64_t width, int64_t channels) {
  Shape shape = like;
  shape.set(-3, height);
  shape.set(-2, width);
  shape.set(-1, channels);
  return shape;
}

// All images of the leading axes.
int64_t count_of(const Shape& x) {
  int64_t count = 1;
  for (int axis = 0; axis < x.rank() - 3; ++axis) count *= x[axis];
  return count;
}

kernels::ConvSizes sizes_of(const Shape& x, const Shape& w, const Shape& y, const ConvOptions& o) {
  return {.batch = count_of(x),
          .height = x[-3],
          .width = x[-2],
          .in = x[-1],
          .kernel_height = w[0],
          .kernel_width = w[1],
          .out = y[-1],
          .out_height = y[-3],
          .out_width = y[-2],
          .stride = o.stride,
          .padding = o.padding,
          .dilation = o.dilation};
}

Tensor no_bias(const Tensor& like) { return empty({0}, like.dtype()); }

// One gradient of the bias, which may be none.
void give_bias(Vjp& v, const Tensor& g) {
  if (v.needs(2)) v.give(2, v.shape(2) == Shape{0} ? no_bias(g) : g);
}

}  // namespace

Shape Conv2d::shape(Inputs in) const {
  const Shape &x = in[0].shape(), &w = in[1].shape();
  check_options(options, name);
  check_image(x, name);
  check_weight(w, name);
  if (x[-1] != w[2]) throw_channels(name, x, w, "in", "x");
  check_bias(in[2].shape(), w[3], name);
  return with_image(x, output_size(x[-3], w[0], options, name), output_size(x[-2], w[1], options, name),
                    w[3]);
}

void Conv2d::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::conv(sizes_of(in[0].shape(), in[1].shape(), out.shape(), options), in[0].data<T>(),
                  in[1].data<T>(), in[2].size() == 0 ? nullptr : in[2].data<T>(), out.mutable_data<T>());
  });
}

void Conv2d::vjp(Vjp& v, const Tensor& g) const {
  if (v.needs(0)) {
    const Shape& x = v.shape(0);
    v.give(0, apply(ConvTranspose2d{options, x[-3], x[-2]}, g, v.in(1), no_bias(g)));
  }
  if (v.needs(1)) {
    const Shape& w = v.shape(1);
    v.give(1, Conv2dWeight{options, w[0], w[1]}, v.in(0), g);
  }
  give_bias(v, g);
}

Shape ConvTranspose2d::shape(Inputs in) const {
  const Shape &y = in[0].shape(), &w = in[1].shape();
  check_options(options, name);
  check_image(y, name, "y");
  check_weight(w, name);
  if (y[-1] != w[3]) throw_channels(name, y, w, "out", "y");
  check_bias(in[2].shape(), w[2], name);
  if (output_size(height, w[0], options, name) != y[-3] || output_size(width, w[1], options, name) != y[-2])
    throw Error(
        "{}: {}x{} pixels do not come from {} by a kernel of {}x{}. Hint: use an output_padding below the "
        "stride",
        name, height, width, y.str(), w[0], w[1]);
  return with_image(y, height, width, w[2]);
}

void ConvTranspose2d::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::conv_transpose(sizes_of(out.shape(), in[1].shape(), in[0].shape(), options), in[0].data<T>(),
                            in[1].data<T>(), in[2].size() == 0 ? nullptr : in[2].data<T>(),
                            out.mutable_data<T>());
  });
}

void ConvTranspose2d::vjp(Vjp& v, const Tensor& g) const {
  if (v.needs(0)) v.give(0, apply(Conv2d{options}, g, v.in(1), no_bias(g)));
  if (v.needs(1)) {
    const Shape& w = v.shape(1);
    v.give(1, Conv2dWeight{options, w[0], w[1]}, g, v.in(0));
  }
  give_bias(v, g);
}

Shape Conv2dWeight::shape(Inputs in) const {
  const Shape &x = in[0].shape(), &y = in[1].shape();
  check_options(options, name);
  check_image(x, name);
  check_image(y, name, "y");
  if (y != with_image(x, output_size(x[-3], kernel_height, options, name),
                      output_size(x[-2], kernel_width, options, name), y[-1]))
    throw Error("{}: {} is not the result of a kernel of {}x{} on {}. Hint: pass x first, then y", name,
                y.str(), kernel_height, kernel_width, x.str());
  return {kernel_height, kernel_width, x[-1], y[-1]};
}

void Conv2dWeight::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::conv_weight(sizes_of(in[0].shape(), out.shape(), in[1].shape(), options), in[0].data<T>(),
                         in[1].data<T>(), false, out.mutable_data<T>());
  });
}

void Conv2dWeight::accumulate(Inputs in, Tensor& sum) const {
  visit_floating(sum.dtype(), [&]<class T>() {
    kernels::conv_weight(sizes_of(in[0].shape(), sum.shape(), in[1].shape(), options), in[0].data<T>(),
                         in[1].data<T>(), true, sum.mutable_data<T>());
  });
}

void Conv2dWeight::vjp(Vjp& v, const Tensor& g) const {
  if (v.needs(0)) {
    const Shape& x = v.shape(0);
    v.give(0, apply(ConvTranspose2d{options, x[-3], x[-2]}, v.in(1), g, no_bias(g)));
  }
  if (v.needs(1)) v.give(1, apply(Conv2d{options}, v.in(0), g, no_bias(g)));
}

namespace {

struct ConvCase {
  ConvOptions options;
  Shape x, w;
};

// Odd sizes: kernels that reach over an edge, strides that leave a rest, no image, no channel.
const ConvCase kConvCases[] = {{{}, {2, 4, 3, 2}, {3, 2, 2, 3}},
                               {{.padding = 1}, {1, 3, 3, 1}, {3, 3, 1, 2}},
                               {{.stride = 2, .padding = 1}, {2, 5, 4, 2}, {4, 3, 2, 1}},
                               {{.stride = 3}, {1, 5, 4, 1}, {2, 1, 1, 2}},
                               {{.padding = 2, .dilation = 2}, {1, 3, 4, 2}, {2, 3, 2, 2}},
                               {{.stride = 2, .padding = 3, .dilation = 3}, {1, 2, 3, 1}, {3, 2, 1, 1}},
                               {{}, {3, 3, 2}, {1, 1, 2, 3}},
                               {{}, {2, 1, 3, 3, 1}, {2, 2, 1, 2}},
                               {{}, {0, 2, 2, 1}, {2, 2, 1, 2}},
                               {{}, {1, 2, 2, 0}, {2, 1, 0, 2}}};

Shape output_of(const ConvCase& c) {
  return with_image(c.x, output_size(c.x[-3], c.w[0], c.options, "case"),
                    output_size(c.x[-2], c.w[1], c.options, "case"), c.w[3]);
}

}  // namespace

std::vector<OpCase<Conv2d>> Conv2d::cases() {
  std::vector<OpCase<Conv2d>> cases;
  for (const ConvCase& c : kConvCases) {
    for (const int64_t bias : {c.w[3], int64_t{0}})
      cases.push_back({Conv2d{c.options}, {{.shape = c.x}, {.shape = c.w}, {.shape = {bias}}}});
  }
  return cases;
}

std::vector<OpCase<ConvTranspose2d>> ConvTranspose2d::cases() {
  std::vector<OpCase<ConvTranspose2d>> cases;
  for (const ConvCase& c : kConvCases) {
    for (const int64_t bias : {c.w[2], int64_t{0}})
      cases.push_back({ConvTranspose2d{c.options, c.x[-3], c.x[-2]},
                       {{.shape = output_of(c)}, {.shape = c.w}, {.shape = {bias}}}});
  }
  return cases;
}

std::vector<OpCase<Conv2dWeight>> Conv2dWeight::cases() {
  std::vector<OpCase<Conv2dWeight>> cases;
  for (const ConvCase& c : kConvCases)
    cases.push_back({Conv2dWeight{c.options, c.w[0], c.w[1]}, {{.shape = c.x}, {.shape = output_of(c)}}});
  return cases;
}

}  // namespace ops

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options) {
  return apply(ops::Conv2d{options}, x, weight, bias.defined() ? bias : ops::no_bias(x));
}

Tensor conv_transpose2d(const Tensor& y, const Tensor& weight, const Tensor& bias, const ConvOptions& options,
                        int64_t output_padding) {
  ops::check_image(y.shape(), ops::ConvTranspose2d::name, "y");
  ops::check_weight(weight.shape(), ops::ConvTranspose2d::name);
  ops::check_options(options, ops::ConvTranspose2d::name);
  const auto size = [&](int64_t pixels, int64_t kernel) {
    return (pixels - 1) * options.stride - 2 * options.padding + options.dilation * (kernel - 1) + 1 +
           output_padding;
  };
  const ops::ConvTranspose2d op{options, size(y.shape()[-3], weight.shape()[0]),
                                size(y.shape()[-2], weight.shape()[1])};
  if (op.height < 1 || op.width < 1)
    throw Error(
        "conv_transpose2d: from y {} a kernel of {}x{} makes {}x{} pixels after padding {} is removed from "
        "each side. Hint: use less padding, or a larger kernel",
        y.shape().str(), weight.shape()[0], weight.shape()[1], op.height, op.width, options.padding);
  return apply(op, y, weight, bias.defined() ? bias : ops::no_bias(y));
}

Tensor conv2d_weight(const Tensor& x, const Tensor& y, int64_t kernel_height, int64_t kernel_width,
                     const ConvOptions& options) {
  return apply(ops::Conv2dWeight{options, kernel_height, kernel_width}, x, y);
}

}  // namespace gradzoo
