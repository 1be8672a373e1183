#include "datasets/images/read_pixels.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/random_rows.h"
#include "gradzoo/autograd/runtime.h"

namespace gradzoo {
namespace {

// Numbers u ~ U[0,1) that belong to the images for ever: (B, P).
Tensor fixed_draws(const Examples& data, const Tensor& rows) {
  thread_local Rng rng(0, "datasets/fixed-binary");
  rng.set_draw(0);
  Tensor images = empty(rows.shape(), DType::i64);
  const int64_t* row = rows.data<int64_t>();
  std::transform(row, row + rows.size(), images.mutable_data<int64_t>(),
                 [&](int64_t r) { return data.first_index + r; });
  return rand_rows(images, data.size(), rng);
}

// Each value u of out (B, P) becomes fn(u, its pixel).
template <class T, class Fn>
void combine(const Examples& data, const int64_t* rows, Tensor& out, Fn fn) {
  constexpr int64_t kSerial = 8192, kCacheLine = 64;  // pixels that are worth a second thread; bytes
  const uint8_t* images = data.values.data<uint8_t>();
  const int64_t pixels = data.size();
  T* all = out.mutable_data<T>();
  parallel_for(out.dim(0), std::max<int64_t>(1, kSerial / pixels), 1, [=](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const uint8_t* image = images + rows[r] * pixels;  // (P)
      T* values = all + r * pixels;                      // (P)
      // Images lie anywhere in tens of megabytes: one soon to come is fetched in the meantime.
      const uint8_t* soon = images + rows[std::min(r + 2, end - 1)] * pixels;
      for (int64_t i = 0; i < pixels; i += kCacheLine) __builtin_prefetch(soon + i);
      for (int64_t i = 0; i < pixels; ++i) values[i] = fn(values[i], static_cast<T>(image[i]));
    }
  });
}

struct Grey {
  template <class T>
  T operator()(T, T x) const {
    return x / T{255};
  }
};

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

}  // namespace

Tensor read_pixels(const Examples& data, const Tensor& rows, Pixels pixels, Rng& rng, DType dtype,
                   FirstRow first_row) {
  const int64_t *row = rows.data<int64_t>(), n = data.values.dim(0);
  if (rows.rank() != 1 || !std::all_of(row, row + rows.size(), [=](int64_t r) { return r >= 0 && r < n; }))
    throw Error("read_pixels: rows {} must be one axis of indices below {}. Hint: take them from a split",
                rows.shape().str(), n);
  // One draw for ever: the doubles are the floats.
  if (pixels == Pixels::fixed_binary && dtype == DType::f64)
    return cast(read_pixels(data, rows, pixels, rng), dtype);
  const Shape shape{rows.size(), data.size()};
  Tensor out = pixels == Pixels::grey           ? empty(shape, dtype)
               : pixels == Pixels::fixed_binary ? fixed_draws(data, rows)
                                                : rand(shape, rng, dtype, first_row);
  visit_floating(dtype, [&]<class T>() {
    switch (pixels) {
      case Pixels::grey:
        return combine<T>(data, row, out, Grey{});
      case Pixels::dynamic_binary:
      case Pixels::fixed_binary:
        return combine<T>(data, row, out, Bernoulli{});
      case Pixels::dequantised:
        return combine<T>(data, row, out, Dequantise{});
    }
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
