#include "autograd/kernels/random.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

#include <Random123/philox.h>

#include "autograd/kernels/parallel.h"
#include "autograd/kernels/scratch.h"
#include "autograd/kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/random.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/vector_math-inl.h"

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

void box_muller_f32(float* u, float* v, int64_t n) { box_muller(u, v, n); }
void box_muller_f64(double* u, double* v, int64_t n) { box_muller(u, v, n); }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(box_muller_f32);
HWY_EXPORT(box_muller_f64);

constexpr int64_t kWords = 4;    // a Philox block
constexpr int64_t kChunk = 64;   // blocks made at once
constexpr int64_t kGrain = 512;  // blocks

/// The four words of a block of a row.
r123::Philox4x32::ctr_type philox(const RandomAddress& at, int64_t row, int64_t block) {
  const auto global = static_cast<uint64_t>(at.first_row + row);
  const r123::Philox4x32::key_type key = {
      {static_cast<uint32_t>(at.key), static_cast<uint32_t>(at.key >> 32)}};
  const r123::Philox4x32::ctr_type counter = {
      {static_cast<uint32_t>(block), static_cast<uint32_t>(global),
       static_cast<uint32_t>(global >> 32 & 0xffff) | static_cast<uint32_t>(at.draw >> 32 & 0xffff) << 16,
       static_cast<uint32_t>(at.draw)}};
  return r123::Philox4x32()(counter, key);
}

/// Fills (rows, cols) in chunks of blocks of `per_block` values. transform(words, values) turns kChunk
/// blocks' words into kChunk * per_block values: whole chunks always, so a value does not depend on where it
/// stands.
template <class T, int64_t per_block, class Transform>
void generate(const RandomAddress& at, T* out, int64_t rows, int64_t cols, Transform transform) {
  const int64_t blocks = (cols + per_block - 1) / per_block;  // a row
  parallel_for(rows * blocks, kGrain, kChunk, [&](int64_t begin, int64_t end) {
    alignas(64) uint32_t words[kChunk * kWords] = {};
    alignas(64) T values[kChunk * per_block];
    for (int64_t first = begin; first < end; first += kChunk) {
      const int64_t size = std::min(kChunk, end - first);
      for (int64_t i = 0; i < size; ++i) {
        const auto block = philox(at, (first + i) / blocks, (first + i) % blocks);
        std::memcpy(words + i * kWords, block.v, sizeof(block.v));
      }
      transform(words, values);
      for (int64_t i = 0; i < size; ++i) {
        const int64_t column = (first + i) % blocks * per_block;
        const int64_t count = std::min(per_block, cols - column);
        std::copy_n(values + i * per_block, count, out + (first + i) / blocks * cols + column);
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
  for (int64_t i = 0; i < kChunk * 4; ++i) {
    values[i] = static_cast<float>(static_cast<int32_t>(words[i] >> 8)) * 0x1p-24f;
  }
}

void uniform_words(const uint32_t* words, double* values) {
  for (int64_t i = 0; i < kChunk * 2; ++i) {
    values[i] = static_cast<double>(static_cast<int64_t>(pair_of(words + 2 * i) >> 11)) * 0x1p-53;
  }
}

/// Words 0 and 1 make values 0 and 1, words 2 and 3 values 2 and 3. u has 32 bits: normals reach 6.6.
void normal_words(const uint32_t* words, float* values) {
  alignas(64) float u[kChunk * 2];
  alignas(64) float v[kChunk * 2];
  for (int64_t i = 0; i < kChunk * 2; ++i) {
    u[i] = static_cast<float>((static_cast<double>(words[2 * i]) + 1) * 0x1p-32);
    v[i] = static_cast<float>(static_cast<int32_t>(words[2 * i + 1] >> 8)) * 0x1p-24f;
  }
  HWY_DYNAMIC_DISPATCH(box_muller_f32)(u, v, kChunk * 2);
  for (int64_t i = 0; i < kChunk * 2; ++i) {
    values[2 * i] = u[i];
    values[2 * i + 1] = v[i];
  }
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
    for (int64_t block = begin; block < end; ++block) {
      const auto words = philox(at, 0, block);
      for (int64_t i = 2 * block; i < std::min(n, 2 * block + 2); ++i) {
        entries[i] = {pair_of(words.v + 2 * (i % 2)), i};
      }
    }
  });
  std::sort(entries, entries + n);
  for (int64_t i = 0; i < n; ++i) out[i] = entries[i].second;
}

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
