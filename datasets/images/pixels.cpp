#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/kernels/move/move.h"
#include "datasets/images/read_pixels.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/runtime.h"

namespace gradzoo {
namespace {

constexpr int64_t kSerialRows = 32;  // fewer are not worth a second thread

uint64_t fixed_binary_key() {
  static const uint64_t key = Rng(0, "datasets/fixed-binary").key();
  return key;
}

// out (B, P) holds u ~ U[0,1); each becomes fn(u, its pixel).
template <class T, class Fn>
void combine(const uint8_t* images, const int64_t* rows, T* out, int64_t count, int64_t pixels, Fn fn) {
  parallel_for(count, kSerialRows, 1, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const uint8_t* image = images + rows[r] * pixels;  // (P)
      T* values = out + r * pixels;                      // (P)
      for (int64_t i = 0; i < pixels; ++i) values[i] = fn(values[i], static_cast<T>(image[i]));
    }
  });
}

struct Bernoulli {
  template <class T>
  T operator()(T u, T x) const {
    return u < x / T{255} ? T{1} : T{0};
  }
};

// Rounding may carry (255 + u)/256 to 1, where a logit is infinite.
struct Dequantise {
  template <class T>
  T operator()(T u, T x) const {
    constexpr T kBelowOne = T{1} - std::numeric_limits<T>::epsilon() / 2;
    return std::min((x + u) / T{256}, kBelowOne);
  }
};

template <class T>
void fill_pixels(const Examples& data, const int64_t* rows, int64_t count, Pixels convention,
                 const RandomAddress& at, T* out) {
  const uint8_t* images = data.values.data<uint8_t>();
  const int64_t pixels = data.size();
  switch (convention) {
    case Pixels::grey:
      kernels::gather_pixels(images, rows, out, count, pixels, 255);
      return;
    case Pixels::dynamic_binary:
      kernels::uniform(at, out, count, pixels);
      combine(images, rows, out, count, pixels, Bernoulli{});
      return;
    case Pixels::fixed_binary:
      for (int64_t r = 0; r < count; ++r)
        kernels::uniform({fixed_binary_key(), 0, data.first_index + rows[r]}, out + r * pixels, 1, pixels);
      combine(images, rows, out, count, pixels, Bernoulli{});
      return;
    case Pixels::dequantised:
      kernels::uniform(at, out, count, pixels);
      combine(images, rows, out, count, pixels, Dequantise{});
      return;
  }
}

}  // namespace

Tensor read_pixels(const Examples& data, const Tensor& rows, Pixels pixels, const RandomAddress& at,
                   DType dtype) {
  if (rows.rank() != 1 || !kernels::indices_valid(rows.data<int64_t>(), rows.size(), data.values.dim(0)))
    throw Error("read_pixels: rows {} must be one axis of numbers below {}. Hint: take them from a split",
                rows.shape().str(), data.values.dim(0));
  // One draw for ever: the doubles are the floats.
  if (pixels == Pixels::fixed_binary && dtype == DType::f64)
    return cast(read_pixels(data, rows, pixels, at, DType::f32), dtype);
  Tensor out = empty({rows.size(), data.size()}, dtype);
  visit_floating(dtype, [&]<class T>() {
    fill_pixels(data, rows.data<int64_t>(), rows.size(), pixels, at, out.mutable_data<T>());
  });
  return out;
}

double grey_entropy_floor(const Examples& data) {
  std::array<int64_t, 256> counts{};
  for (int64_t i = 0; i < data.count(); ++i) {
    const uint8_t* pixels = data.values.data<uint8_t>() + data.rows.data<int64_t>()[i] * data.size();
    for (int64_t k = 0; k < data.size(); ++k) ++counts[pixels[k]];
  }
  double nats = 0;
  for (size_t x = 1; x < 255; ++x) {  // H(0) = H(1) = 0
    const double p = static_cast<double>(x) / 255;
    nats -= static_cast<double>(counts[x]) * (p * std::log(p) + (1 - p) * std::log1p(-p));
  }
  return nats / static_cast<double>(data.count());
}

}  // namespace gradzoo
