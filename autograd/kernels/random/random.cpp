#include "autograd/kernels/random/random.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/random/random.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/vector_math-inl.h"
#include "autograd/kernels/random/philox-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

/// Box-Muller in place: u in (0,1], v in [0,1) -> sqrt(-2 log u) (cos 2 pi v, sin 2 pi v). n is a multiple of
/// any vector's length.
template <class T>
HWY_INLINE void box_muller(T* u, T* v, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < n; i += lanes) {
    const auto radius = hn::Sqrt(hn::Mul(constant(d, -2), hn::Log(d, hn::LoadU(d, u + i))));
    const auto angle = hn::Mul(constant(d, 6.283185307179586), hn::LoadU(d, v + i));
    hn::StoreU(hn::Mul(radius, hn::Cos(d, angle)), d, u + i);
    hn::StoreU(hn::Mul(radius, hn::Sin(d, angle)), d, v + i);
  }
}

/// Multiples of 2^-24 from the high 24 bits of each word.
template <class D>
HWY_INLINE hn::Vec<D> uniform_of(D d, hn::Vec<hn::RebindToUnsigned<D>> words) {
  const hn::RebindToSigned<D> di;
  return hn::Mul(hn::ConvertTo(d, hn::BitCast(di, hn::ShiftRight<8>(words))), hn::Set(d, 0x1p-24F));
}

/// (word + 1) 2^-32, in (0,1]: halves of 16 bits, so that only the last sum rounds.
template <class D>
HWY_INLINE hn::Vec<D> positive_uniform_of(D d, hn::Vec<hn::RebindToUnsigned<D>> words) {
  const hn::RebindToUnsigned<D> du;
  const hn::RebindToSigned<D> di;
  const auto high = hn::ConvertTo(d, hn::BitCast(di, hn::ShiftRight<16>(words)));
  const auto low = hn::ConvertTo(d, hn::BitCast(di, hn::And(words, hn::Set(du, 0xffffU))));
  const auto sum = hn::MulAdd(high, hn::Set(d, 0x1p16F), hn::Add(low, hn::Set(d, 1.0F)));
  return hn::Mul(sum, hn::Set(d, 0x1p-32F));
}

void uniform_f32(const uint32_t* words, float* values, int64_t n) {
  const hn::ScalableTag<float> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < n; i += lanes) hn::StoreU(uniform_of(d, hn::LoadU(du, words + i)), d, values + i);
}

/// Words 0 and 1 make values 0 and 1, and so on. u has 32 bits: normals reach 6.6.
void normal_f32(const uint32_t* words, float* values, int64_t n) {
  const hn::ScalableTag<float> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < n; i += 2 * lanes) {
    hn::Vec<decltype(du)> even, odd;
    hn::LoadInterleaved2(du, words + i, even, odd);
    HWY_ALIGN float u[hn::MaxLanes(d)];
    HWY_ALIGN float v[hn::MaxLanes(d)];
    hn::Store(positive_uniform_of(d, even), d, u);
    hn::Store(uniform_of(d, odd), d, v);
    box_muller(u, v, lanes);
    hn::StoreInterleaved2(hn::Load(d, u), hn::Load(d, v), d, values + i);
  }
}

void box_muller_f64(double* u, double* v, int64_t n) { box_muller(u, v, n); }

void philox(uint64_t key, const uint64_t* c0, const uint64_t* c1, const uint64_t* c2, uint64_t c3,
            uint32_t* words, int64_t count) {
  philox_many(key, c0, c1, c2, c3, words, count);
}

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(philox);
HWY_EXPORT(uniform_f32);
HWY_EXPORT(normal_f32);
HWY_EXPORT(box_muller_f64);

constexpr int64_t kWords = 4;    // a Philox block
constexpr int64_t kChunk = 64;   // blocks made at once
constexpr int64_t kGrain = 128;  // blocks

/// Where the next blocks of (rows, blocks a row) stand.
struct Cursor {
  int64_t blocks, row, block;

  Cursor(int64_t flat, int64_t blocks_a_row)
      : blocks(blocks_a_row), row(flat / blocks_a_row), block(flat % blocks_a_row) {}
  /// The same row's blocks from here, at most `count`; then moves behind them.
  int64_t take(int64_t count) {
    const int64_t taken = std::min(count, blocks - block);
    block += taken;
    if (block == blocks) {
      block = 0;
      ++row;
    }
    return taken;
  }
};

/// The words of kChunk blocks from the cursor on, all computed, `size` of them meant.
void make_words(const RandomAddress& at, Cursor cursor, int64_t size, uint32_t* words) {
  alignas(64) uint64_t c0[kChunk] = {};
  alignas(64) uint64_t c1[kChunk] = {};
  alignas(64) uint64_t c2[kChunk] = {};
  const uint64_t draw_high = (at.draw >> 32 & 0xffff) << 16;
  for (int64_t i = 0; i < size;) {
    const auto first = static_cast<uint64_t>(cursor.block);
    const auto row = static_cast<uint64_t>(at.first_row + cursor.row);
    const int64_t end = i + cursor.take(size - i);
    for (uint64_t block = first; i < end; ++i, ++block) {
      c0[i] = block;
      c1[i] = row & 0xffffffff;
      c2[i] = (row >> 32 & 0xffff) | draw_high;
    }
  }
  HWY_DYNAMIC_DISPATCH(philox)(at.key, c0, c1, c2, at.draw & 0xffffffff, words, kChunk);
}

/// Fills (rows, cols) in chunks of blocks of `per_block` values. transform(words, values) turns kChunk
/// blocks' words into kChunk * per_block values: whole chunks always, so a value does not depend on where it
/// stands.
template <class T, int64_t per_block, class Transform>
void generate(const RandomAddress& at, T* out, int64_t rows, int64_t cols, Transform transform) {
  const int64_t blocks = (cols + per_block - 1) / per_block;  // a row
  parallel_for(rows * blocks, kGrain, kChunk, [&](int64_t begin, int64_t end) {
    alignas(64) uint32_t words[kChunk * kWords];
    alignas(64) T values[kChunk * per_block];
    for (int64_t first = begin; first < end; first += kChunk) {
      Cursor cursor(first, blocks);
      const int64_t size = std::min(kChunk, end - first);
      make_words(at, cursor, size, words);
      transform(words, values);
      for (int64_t i = 0; i < size;) {
        const int64_t column = cursor.block * per_block;
        T* row = out + cursor.row * cols;
        const int64_t taken = cursor.take(size - i);
        std::copy_n(values + i * per_block, std::min(taken * per_block, cols - column), row + column);
        i += taken;
      }
    }
  });
}

uint64_t pair_of(const uint32_t* words) { return words[0] | static_cast<uint64_t>(words[1]) << 32; }

/// splitmix64's finaliser (Steele, Lea & Flood 2014).
uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void uniform_words(const uint32_t* words, float* values) {
  HWY_DYNAMIC_DISPATCH(uniform_f32)(words, values, kChunk * kWords);
}

void uniform_words(const uint32_t* words, double* values) {
  for (int64_t i = 0; i < kChunk * 2; ++i) {
    values[i] = static_cast<double>(static_cast<int64_t>(pair_of(words + 2 * i) >> 11)) * 0x1p-53;
  }
}

void normal_words(const uint32_t* words, float* values) {
  HWY_DYNAMIC_DISPATCH(normal_f32)(words, values, kChunk * kWords);
}

void normal_words(const uint32_t* words, double* values) {
  alignas(64) double u[kChunk];
  alignas(64) double v[kChunk];
  for (int64_t i = 0; i < kChunk; ++i) {
    u[i] = static_cast<double>(static_cast<int64_t>(pair_of(words + 4 * i) >> 11) + 1) * 0x1p-53;
    v[i] = static_cast<double>(static_cast<int64_t>(pair_of(words + 4 * i + 2) >> 11)) * 0x1p-53;
  }
  HWY_DYNAMIC_DISPATCH(box_muller_f64)(u, v, kChunk);
  for (int64_t i = 0; i < kChunk; ++i) {
    values[2 * i] = u[i];
    values[2 * i + 1] = v[i];
  }
}

template <class T>
constexpr int64_t kPerBlock = kWords * 4 / static_cast<int64_t>(sizeof(T));

}  // namespace

uint64_t random_key(uint64_t seed, uint64_t stream_hash) {
  return mix(mix(seed + 0x9e3779b97f4a7c15u) + stream_hash);
}

template <class T>
void uniform(const RandomAddress& at, T* out, int64_t rows, int64_t cols) {
  generate<T, kPerBlock<T>>(at, out, rows, cols,
                            [](const uint32_t* words, T* values) { uniform_words(words, values); });
}
template void uniform(const RandomAddress&, float*, int64_t, int64_t);
template void uniform(const RandomAddress&, double*, int64_t, int64_t);

template <class T>
void normal(const RandomAddress& at, T* out, int64_t rows, int64_t cols) {
  generate<T, kPerBlock<T>>(at, out, rows, cols,
                            [](const uint32_t* words, T* values) { normal_words(words, values); });
}
template void normal(const RandomAddress&, float*, int64_t, int64_t);
template void normal(const RandomAddress&, double*, int64_t, int64_t);

template <class T>
void rademacher(const RandomAddress& at, T* out, int64_t rows, int64_t cols) {
  generate<T, kWords>(at, out, rows, cols, [](const uint32_t* words, T* values) {
    for (int64_t i = 0; i < kChunk * kWords; ++i) values[i] = words[i] >> 31 != 0 ? T{-1} : T{1};
  });
}
template void rademacher(const RandomAddress&, float*, int64_t, int64_t);
template void rademacher(const RandomAddress&, double*, int64_t, int64_t);

void random_bits(const RandomAddress& at, uint32_t* out, int64_t rows, int64_t cols) {
  generate<uint32_t, kWords>(at, out, rows, cols, [](const uint32_t* words, uint32_t* values) {
    std::copy_n(words, kChunk * kWords, values);
  });
}

void permutation(const RandomAddress& at, int64_t* out, int64_t n) {
  using Entry = std::pair<uint64_t, int64_t>;  // key, index
  auto* entries = scratch<Entry>(n);
  parallel_for((n + 1) / 2, kGrain, kChunk, [&](int64_t begin, int64_t end) {
    alignas(64) uint32_t words[kChunk * kWords];
    for (int64_t first = begin; first < end; first += kChunk) {
      const int64_t size = std::min(kChunk, end - first);
      make_words(at, Cursor(first, (n + 1) / 2), size, words);
      for (int64_t i = 2 * first; i < std::min(n, 2 * (first + size)); ++i) {
        entries[i] = {pair_of(words + 2 * (i - 2 * first)), i};
      }
    }
  });
  std::sort(entries, entries + n);
  for (int64_t i = 0; i < n; ++i) out[i] = entries[i].second;
}

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
