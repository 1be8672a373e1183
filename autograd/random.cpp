#include "gradzoo/autograd/random.h"

#include <algorithm>
#include <type_traits>

#include "autograd/kernels/random/random.h"
#include "autograd/kernels/threads/scratch.h"
#include "autograd/random_rows.h"

namespace gradzoo {
namespace {

uint64_t fnv1a(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

// Rows are the first axis; the rest of the shape is the column.
struct Layout {
  int64_t rows, cols;
};
Layout layout_of(const Shape& shape) {
  if (shape.rank() == 0) return {1, 1};
  return {shape[0], shape[0] == 0 ? 0 : shape.size() / shape[0]};
}

template <class Fill>
Tensor draw(const Shape& shape, Rng& rng, DType dtype, FirstRow first_row, Fill&& fill) {
  Tensor out = empty(shape, dtype);
  const Layout at = layout_of(shape);
  const RandomAddress address{rng.key(), rng.next_draw(), first_row.value_or(rng.first_row(at.rows))};
  visit_floating(dtype, [&]<class T>() { fill(address, out.mutable_data<T>(), at.rows, at.cols); });
  return out;
}

}  // namespace

Rng::Rng(uint64_t seed, std::string_view stream)
    : seed_(seed), stream_(stream), key_(kernels::random_key(seed, fnv1a(stream))) {}

Tensor randn(const Shape& shape, Rng& rng, DType dtype, FirstRow first_row) {
  return draw(shape, rng, dtype, first_row, [](const auto& at, auto* out, int64_t rows, int64_t cols) {
    kernels::normal(at, out, rows, cols);
  });
}

Tensor rand(const Shape& shape, Rng& rng, DType dtype, FirstRow first_row) {
  return draw(shape, rng, dtype, first_row, [](const auto& at, auto* out, int64_t rows, int64_t cols) {
    kernels::uniform(at, out, rows, cols);
  });
}

Tensor rand_rows(const Tensor& rows, int64_t cols, Rng& rng, DType dtype) {
  Tensor out = empty({rows.size(), cols}, dtype);
  const int64_t* row = rows.data<int64_t>();
  const uint64_t draw = rng.next_draw();
  visit_floating(dtype, [&]<class T>() {
    T* values = out.mutable_data<T>();
    for (int64_t i = 0; i < rows.size(); ++i)
      kernels::uniform({rng.key(), draw, row[i]}, values + i * cols, 1, cols);
  });
  return out;
}

Tensor rademacher(const Shape& shape, Rng& rng, DType dtype, FirstRow first_row) {
  return draw(shape, rng, dtype, first_row, [](const auto& at, auto* out, int64_t rows, int64_t cols) {
    kernels::rademacher(at, out, rows, cols);
  });
}

Tensor randperm(int64_t n, Rng& rng) {
  Tensor out = empty({n}, DType::i64);
  kernels::permutation({rng.key(), rng.next_draw(), rng.first_row(1)}, out.mutable_data<int64_t>(), n);
  return out;
}

namespace {

// Whether that number in [0, 1) lies below p: of a word, all 32 digits.
bool lies_below(uint32_t word, float p) {
  const auto high = static_cast<float>(word >> 8), low = static_cast<float>(word & 0xff) * 0x1p-8F;
  return low < p * 0x1p24F - high;
}
bool lies_below(double u, double p) { return u < p; }

}  // namespace

Tensor bernoulli(const Tensor& p, Rng& rng, FirstRow first_row) {
  return draw(
      p.shape(), rng, p.dtype(), first_row,
      [&]<class T>(const auto& at, T* values, int64_t rows, int64_t cols) {
        const T* probability = p.data<T>();
        const int64_t n = p.size();
        using Draw = std::conditional_t<sizeof(T) == 4, uint32_t, double>;
        Draw* draws = kernels::scratch<Draw>(n);
        if constexpr (sizeof(T) == 4)
          kernels::random_bits(at, draws, rows, cols);
        else
          kernels::uniform(at, draws, rows, cols);
        using Bits = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;  // as wide as T: one vector loop
        Bits wrong_any = 0;
        for (int64_t i = 0; i < n; ++i) {
          const T q = probability[i];
          wrong_any |= static_cast<Bits>(!((q >= 0) & (q <= 1)));  // true of NaN
          values[i] = lies_below(draws[i], q) ? T{1} : T{0};
        }
        if (wrong_any == 0) return;
        rng.set_draw(rng.draw() - 1);
        const auto wrong =
            std::find_if_not(probability, probability + n, [](T q) { return q >= 0 && q <= 1; });
        throw Error(
            "bernoulli: p is {} at element {} of {}. Hint: pass probabilities in [0, 1], e.g. sigmoid(x)",
            *wrong, wrong - probability, p.shape().str());
      });
}

Tensor randn_like(const Tensor& x, Rng& rng) { return randn(x.shape(), rng, x.dtype()); }

}  // namespace gradzoo
