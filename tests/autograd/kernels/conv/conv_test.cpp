#include "autograd/kernels/conv/conv.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "autograd/kernels/conv/winograd.h"
#include "gradzoo/autograd/random.h"
#include "support/numbers.h"

namespace gradzoo {
namespace {

using kernels::ConvSizes;

int64_t output_size(int64_t size, int64_t kernel, const ConvSizes& s) {
  return (size + 2 * s.padding - s.dilation * (kernel - 1) - 1) / s.stride + 1;
}

ConvSizes completed(ConvSizes s) {
  s.out_height = output_size(s.height, s.kernel_height, s);
  s.out_width = output_size(s.width, s.kernel_width, s);
  return s;
}

/// Square kernels, padding 1.
struct Sizes {
  int64_t batch, height, width, in, kernel, out, stride = 1;
  ConvSizes completed() const {
    return ::gradzoo::completed({batch, height, width, in, kernel, kernel, out, 0, 0, stride, 1, 1});
  }
};

/// Operands, and what seven nested loops in double make of each two of them.
template <class T>
struct Naive {
  explicit Naive(const ConvSizes& sizes, uint64_t seed) : s(sizes) {
    Rng rng(seed, "conv");
    const DType dtype = sizeof(T) == 4 ? DType::f32 : DType::f64;
    x = randn({s.batch, s.height, s.width, s.in}, rng, dtype);
    w = randn({s.kernel_height, s.kernel_width, s.in, s.out}, rng, dtype);
    y = randn({s.batch, s.out_height, s.out_width, s.out}, rng, dtype);
    x_bias = randn({s.in}, rng, dtype);
    y_bias = randn({s.out}, rng, dtype);
    of_x.assign(static_cast<size_t>(x.size()), 0);
    of_w.assign(static_cast<size_t>(w.size()), 0);
    of_y.assign(static_cast<size_t>(y.size()), 0);
    for (int64_t b = 0; b < s.batch; ++b)
      for (int64_t i = 0; i < s.out_height; ++i) {
        for (int64_t j = 0; j < s.out_width; ++j)
          for (int64_t ky = 0; ky < s.kernel_height; ++ky) {
            for (int64_t kx = 0; kx < s.kernel_width; ++kx) tap(b, i, j, ky, kx);
          }
      }
  }

  void tap(int64_t b, int64_t i, int64_t j, int64_t ky, int64_t kx) {
    const int64_t row = i * s.stride + ky * s.dilation - s.padding;
    const int64_t column = j * s.stride + kx * s.dilation - s.padding;
    if (row < 0 || row >= s.height || column < 0 || column >= s.width) return;
    for (int64_t c = 0; c < s.in; ++c)
      for (int64_t o = 0; o < s.out; ++o) {
        const int64_t at_x = ((b * s.height + row) * s.width + column) * s.in + c;
        const int64_t at_w = ((ky * s.kernel_width + kx) * s.in + c) * s.out + o;
        const int64_t at_y = ((b * s.out_height + i) * s.out_width + j) * s.out + o;
        const double of[] = {x.data<T>()[at_x], w.data<T>()[at_w], y.data<T>()[at_y]};
        of_x[static_cast<size_t>(at_x)] += of[1] * of[2];
        of_w[static_cast<size_t>(at_w)] += of[0] * of[2];
        of_y[static_cast<size_t>(at_y)] += of[0] * of[1];
      }
  }

  ConvSizes s;
  Tensor x, w, y, x_bias, y_bias;
  std::vector<double> of_x, of_w, of_y;  // from the other two
};

std::vector<double> plus_bias(std::vector<double> values, const Tensor& bias) {
  const std::vector<double> b = bias.to_vector();
  for (size_t i = 0; i < values.size(); ++i) values[i] += b[i % b.size()];
  return values;
}

// The largest |got - wanted| / max(1, |wanted|).
double max_error(const Tensor& got, const std::vector<double>& wanted) {
  const std::vector<double> values = got.to_vector();
  double worst = 0;
  for (size_t i = 0; i < wanted.size(); ++i)
    worst = std::max(worst, std::abs(values[i] - wanted[i]) / std::max(1.0, std::abs(wanted[i])));
  return worst;
}

// The root mean square of got - wanted, divided by the root mean square of `wanted`.
double relative_error(const Tensor& got, const std::vector<double>& wanted) {
  const std::vector<double> values = got.to_vector();
  double error = 0, size = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    error += (values[i] - wanted[i]) * (values[i] - wanted[i]);
    size += wanted[i] * wanted[i];
  }
  return std::sqrt(error / size);
}

using Measure = double (*)(const Tensor& got, const std::vector<double>& wanted);

template <class T>
double worst_error(const ConvSizes& sizes, uint64_t seed, Measure error = max_error) {
  const Naive<T> naive(sizes, seed);
  Tensor x = empty_like(naive.x), y = empty_like(naive.y), w = empty_like(naive.w);
  const T* of_x = naive.x.template data<T>();
  const T* of_w = naive.w.template data<T>();
  const T* of_y = naive.y.template data<T>();
  T* const to_x = x.mutable_data<T>();
  T* const to_y = y.mutable_data<T>();
  T* const to_w = w.mutable_data<T>();
  double worst = 0;
  const auto compare = [&](const Tensor& got, const std::vector<double>& wanted) {
    worst = std::max(worst, error(got, wanted));
  };
  kernels::conv<T>(sizes, of_x, of_w, nullptr, to_y);
  compare(y, naive.of_y);
  kernels::conv(sizes, of_x, of_w, naive.y_bias.template data<T>(), to_y);
  compare(y, plus_bias(naive.of_y, naive.y_bias));
  kernels::conv_transpose<T>(sizes, of_y, of_w, nullptr, to_x);
  compare(x, naive.of_x);
  kernels::conv_transpose(sizes, of_y, of_w, naive.x_bias.template data<T>(), to_x);
  compare(x, plus_bias(naive.of_x, naive.x_bias));
  kernels::conv_weight(sizes, of_x, of_y, false, to_w);
  compare(w, naive.of_w);
  kernels::conv_weight(sizes, of_x, of_y, true, to_w);
  std::vector<double> twice = naive.of_w;
  for (double& v : twice) v *= 2;
  compare(w, twice);
  return worst;
}

TEST_CASE("convolution, its transpose and the weight's gradient are seven nested loops, at odd sizes") {
  Rng rng(1, "sizes");
  const auto draw = [&](int64_t low, int64_t high) {
    return low +
           static_cast<int64_t>(rand({1}, rng, DType::f64).item() * static_cast<double>(high - low + 1));
  };
  int compared = 0;
  for (uint64_t i = 0; i < 150; ++i) {
    ConvSizes s{.batch = draw(1, 3),
                .height = draw(1, 12),
                .width = draw(1, 19),
                .in = draw(1, 21),
                .kernel_height = draw(1, 5),
                .kernel_width = draw(1, 4),
                .out = draw(1, 37),
                .out_height = 0,
                .out_width = 0,
                .stride = draw(1, 3),
                .padding = draw(0, 3),
                .dilation = draw(1, 2)};
    if (s.dilation * (s.kernel_height - 1) >= s.height + 2 * s.padding ||
        s.dilation * (s.kernel_width - 1) >= s.width + 2 * s.padding)
      continue;
    s = completed(s);
    CAPTURE(i);
    CHECK(worst_error<double>(s, i) < 1e-11);
    CHECK(worst_error<float>(s, i) < 2e-3);
    ++compared;
  }
  CHECK(compared > 100);
}

TEST_CASE("many channels and many images: rows in blocks, tiles enough, and parts of a batch summed apart") {
  for (const Sizes& sizes : {Sizes{3, 5, 5, 40, 3, 70}, {21, 4, 7, 1, 3, 4}, {11, 6, 6, 130, 4, 3, 2}}) {
    CHECK(worst_error<double>(sizes.completed(), 1) < 1e-10);
    CHECK(worst_error<float>(sizes.completed(), 1) < 2e-2);
  }
}

TEST_CASE(
    "Winograd's method, in f32: all sizes of a last strip, stride 2, other widths of kernels, any padding") {
  int taken = 0;
  for (int64_t height = 2; height <= 13; ++height) {
    for (const int64_t stride : {1, 2}) {
      for (int64_t padding = 0; padding <= 2; ++padding) {
        const int64_t few = 16 * stride, many = 32 * stride, kernel = stride == 1 ? 3 : 4;
        const bool grows = (height + padding) % 2 == 0;
        ConvSizes s{.batch = 1 + (height + padding) % 3,
                    .height = height,
                    .width = 1 + (5 * height + 3 * padding) % 17,
                    .in = grows ? few : many,
                    .kernel_height = kernel,
                    .kernel_width = 1 + (height + padding) % 4,
                    .out = grows ? many : few,
                    .out_height = 0,
                    .out_width = 0,
                    .stride = stride,
                    .padding = padding,
                    .dilation = 1};
        if (kernel > height + 2 * padding || s.kernel_width > s.width + 2 * padding) continue;
        s = completed(s);
        taken += kernels::by_winograd(s) ? 1 : 0;
        CAPTURE(height);
        CAPTURE(stride);
        CAPTURE(padding);
        CHECK(worst_error<float>(s, 1, relative_error) < 1.5e-6);
      }
    }
  }
  CHECK(taken > 40);
}

TEST_CASE("Winograd's method takes only what it computes: floats of 3 rows of taps, or of 4 with stride 2") {
  const auto is_taken = [](const Sizes& s) { return kernels::by_winograd(s.completed()); };
  CHECK(is_taken({1, 14, 14, 32, 3, 64}));
  CHECK(is_taken({1, 14, 14, 32, 4, 64, 2}));
  CHECK(!is_taken({1, 14, 14, 32, 5, 64}));
  CHECK(!is_taken({1, 14, 14, 32, 3, 64, 2}));
  CHECK(!is_taken({1, 14, 14, 32, 4, 64}));
  CHECK(!is_taken({1, 14, 14, 33, 3, 64}));
  CHECK(!is_taken({1, 14, 14, 32, 3, 65}));
  CHECK(!is_taken({1, 2, 14, 32, 3, 64}));
}

TEST_CASE(
    "images too large for a near cache give the weight's gradient a few rows, or one image, at a time") {
  CHECK(worst_error<double>(Sizes{2, 22, 20, 24, 3, 70}.completed(), 1) < 1e-10);
  const ConvSizes by_strips = Sizes{9, 24, 44, 16, 3, 64}.completed();  // one image at a time, two in a part
  CHECK(kernels::by_winograd(by_strips));
  CHECK(worst_error<float>(by_strips, 1, relative_error) < 1.5e-6);
}

TEST_CASE("no channels on either side: nothing is written, and results are the bias") {
  for (const Sizes& sizes : {Sizes{2, 6, 6, 0, 3, 64}, {2, 6, 6, 64, 3, 0}, {0, 6, 6, 32, 3, 64}})
    CHECK(worst_error<float>(sizes.completed(), 1) == 0);
}

TEST_CASE("the same bytes at any thread count") {
  for (const Sizes& sizes : {Sizes{9, 14, 14, 1, 3, 33},
                             {9, 14, 14, 3, 3, 33},
                             {9, 14, 14, 32, 3, 33},
                             {9, 14, 14, 32, 3, 48},
                             {9, 14, 14, 32, 4, 64, 2}}) {
    const ConvSizes s = sizes.completed();
    const Naive<float> naive(s, 1);
    CHECK(test::same_at_any_thread_count([&] {
      Tensor y = empty_like(naive.y);
      kernels::conv<float>(s, naive.x.data<float>(), naive.w.data<float>(), nullptr, y.mutable_data<float>());
      return y.to_vector();
    }));
    CHECK(test::same_at_any_thread_count([&] {
      Tensor x = empty_like(naive.x);
      kernels::conv_transpose<float>(s, naive.y.data<float>(), naive.w.data<float>(), nullptr,
                                     x.mutable_data<float>());
      return x.to_vector();
    }));
    CHECK(test::same_at_any_thread_count([&] {
      Tensor w = empty_like(naive.w);
      kernels::conv_weight(s, naive.x.data<float>(), naive.y.data<float>(), false, w.mutable_data<float>());
      return w.to_vector();
    }));
  }
}

}  // namespace
}  // namespace gradzoo
