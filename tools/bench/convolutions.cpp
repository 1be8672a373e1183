#include "tools/bench/convolutions.h"

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/function_ref.h"
#include "tools/bench/meters.h"

namespace gradzoo {
namespace {

constexpr int64_t kBatch = 64;

}  // namespace

std::span<const ConvolutionCase> convolution_cases() {
  static const ConvolutionCase kCases[] = {
      {"1-32, 3x3, 28x28", 28, 1, 32, 3, {.padding = 1}},
      {"32-32, 3x3, 28x28", 28, 32, 32, 3, {.padding = 1}},
      {"64-64, 3x3, 14x14", 14, 64, 64, 3, {.padding = 1}},
      {"64-128, 3x3, 7x7", 7, 64, 128, 3, {.padding = 1}},
      {"32-64, 5x5, 14x14", 14, 32, 64, 5, {.padding = 2}},
      {"1-64, 4x4, stride 2, 28x28", 28, 1, 64, 4, {.stride = 2, .padding = 1}},
      {"64-128, 4x4, stride 2, 14x14", 14, 64, 128, 4, {.stride = 2, .padding = 1}},
      {"32-4, 3x3, 14x14", 14, 32, 4, 3, {.padding = 1}},
  };
  return kCases;
}

ConvolutionRates convolution_rates(const ConvolutionCase& of, double seconds) {
  const NoGrad quiet;
  Rng rng(1, "bench/convolutions");
  const Tensor x = randn({kBatch, of.side, of.side, of.in}, rng),
               w = randn({of.kernel, of.kernel, of.in, of.out}, rng), y = conv2d(x, w, {}, of.options);
  const auto flops = static_cast<double>(2 * y.size() * of.kernel * of.kernel * of.in);
  const int64_t extra = of.side - conv_transpose2d(y, w, {}, of.options).dim(1);
  const auto rate = [&](FunctionRef<Tensor()> product) {
    return flops / median_seconds([&] { static_cast<void>(product()); }, seconds) * 1e-9;
  };
  return {rate([&] { return conv2d(x, w, {}, of.options); }),
          rate([&] { return conv_transpose2d(y, w, {}, of.options, extra); }),
          rate([&] { return conv2d_weight(x, y, of.kernel, of.kernel, of.options); })};
}

}  // namespace gradzoo
