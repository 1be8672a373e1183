#include "autograd/kernels/random/bernoulli.h"

#include <algorithm>

#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/random/bernoulli.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/activation_math-inl.h"
#include "autograd/kernels/random/philox-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

using Blocks = hn::ScalableTag<uint64_t>;
constexpr size_t kVectors = 16;  // of blocks made at once: their ten rounds overlap
constexpr size_t kMostWords = kVectors * 4 * hn::MaxLanes(Blocks());

/// `count` blocks of one row from `block` on, and more, up to a whole vector.
HWY_INLINE void row_words(const RandomAddress& at, uint64_t row, uint64_t block, uint64_t count,
                          uint32_t* words) {
  const Blocks d;
  const uint64_t draw_high = (at.draw >> 32 & 0xffff) << 16;
  for (uint64_t i = 0; i < count; i += hn::Lanes(d)) {
    const PhiloxBlocks<hn::Vec<Blocks>> counter{hn::Iota(d, block + i), hn::Set(d, row & 0xffffffff),
                                                hn::Set(d, (row >> 32 & 0xffff) | draw_high),
                                                hn::Set(d, at.draw & 0xffffffff)};
    store_blocks(d, philox_rounds(d, counter, at.key), words + 4 * i);
  }
}

/// Whether the numbers in [0, 1) that the words are lie below p. A word has more digits than a float: its
/// last eight are beside what p is above the others, a difference that is exact where they matter.
template <class D, class V>
HWY_INLINE auto lies_below(D d, const uint32_t* words, V p) {
  if constexpr (sizeof(Lane<D>) == 4) {
    const hn::RebindToSigned<D> di;
    const hn::RebindToUnsigned<D> du;
    const auto word = hn::LoadU(du, words);
    const V high = hn::ConvertTo(d, hn::BitCast(di, hn::ShiftRight<8>(word)));
    const V low = hn::ConvertTo(d, hn::BitCast(di, hn::And(word, hn::Set(du, 0xff))));
    return hn::Lt(hn::Mul(low, constant(d, 0x1p-8)), hn::Sub(hn::Mul(p, constant(d, 0x1p24)), high));
  } else {
    HWY_ALIGN double u[hn::MaxLanes(d)];
    for (size_t i = 0; i < hn::Lanes(d); ++i) {
      const uint64_t pair = words[2 * i] | static_cast<uint64_t>(words[2 * i + 1]) << 32;
      u[i] = static_cast<double>(static_cast<int64_t>(pair >> 11)) * 0x1p-53;
    }
    return hn::Lt(hn::Load(d, u), p);
  }
}

/// `n` whole vectors of units; words are read where draws are wanted.
template <class T>
HWY_INLINE void units(T scale, const T* x, const T* bias, const uint32_t* words, T* draws, T* probabilities,
                      T factor, int64_t n) {
  constexpr auto kWordsEach = static_cast<int64_t>(sizeof(T) / 4);
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < n; i += lanes) {
    const auto z = hn::MulAdd(hn::Set(d, scale), hn::LoadU(d, x + i), hn::LoadU(d, bias + i));
    const auto p = sigmoid(d, z);
    if (draws != nullptr) {
      const auto below = lies_below(d, words + i * kWordsEach, p);
      hn::StoreU(hn::IfThenElseZero(below, hn::Set(d, T{1})), d, draws + i);
    }
    if (probabilities != nullptr) hn::StoreU(hn::Mul(hn::Set(d, factor), p), d, probabilities + i);
  }
}

/// One row. What fills no vector goes through padded buffers, so that a value does not depend on its place.
template <class T>
HWY_NOINLINE void row_of_units(const RandomAddress& at, uint64_t row, T scale, const T* x, const T* bias,
                               T factor, T* draws, T* probabilities, int64_t cols) {
  constexpr size_t kMostLanes = hn::MaxLanes(hn::ScalableTag<T>());
  constexpr auto kPerBlock = static_cast<int64_t>(16 / sizeof(T));
  HWY_ALIGN uint32_t words[kMostWords];
  const auto lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  const int64_t at_once = static_cast<int64_t>(kVectors * hn::Lanes(Blocks())) * kPerBlock;
  for (int64_t column = 0; column < cols; column += at_once) {
    const int64_t n = std::min(at_once, cols - column), whole = n / lanes * lanes;
    if (draws != nullptr) {
      const int64_t blocks = (n + kPerBlock - 1) / kPerBlock;
      row_words(at, row, static_cast<uint64_t>(column / kPerBlock), static_cast<uint64_t>(blocks), words);
    }
    T* drawn = draws == nullptr ? nullptr : draws + column;
    T* likely = probabilities == nullptr ? nullptr : probabilities + column;
    units(scale, x + column, bias + column, words, drawn, likely, factor, whole);
    if (whole == n) continue;
    HWY_ALIGN T in[kMostLanes] = {};
    HWY_ALIGN T shift[kMostLanes] = {};
    HWY_ALIGN T first[kMostLanes];
    HWY_ALIGN T second[kMostLanes];
    std::copy_n(x + column + whole, n - whole, in);
    std::copy_n(bias + column + whole, n - whole, shift);
    units(scale, in, shift, words + whole * static_cast<int64_t>(sizeof(T) / 4),
          drawn == nullptr ? nullptr : first, likely == nullptr ? nullptr : second, factor, lanes);
    if (drawn != nullptr) std::copy_n(first, n - whole, drawn + whole);
    if (likely != nullptr) std::copy_n(second, n - whole, likely + whole);
  }
}

auto row_of_units_by_type() { return ByType{&row_of_units<float>, &row_of_units<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(row_of_units_by_type);

constexpr int64_t kGrain = 2048;  // units that are worth a second thread

}  // namespace

template <class T>
void bernoulli_sigmoid(const RandomAddress& at, double scale, const T* x, const T* bias,
                       const BinaryUnits<T>& out, int64_t rows, int64_t cols) {
  const auto row_of_units = HWY_DYNAMIC_DISPATCH(row_of_units_by_type)();
  const auto slope = static_cast<T>(scale), factor = static_cast<T>(out.factor);
  parallel_for(rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(1, cols)), 1,
               [&](int64_t begin, int64_t end) {
                 for (int64_t row = begin; row < end; ++row) {
                   const auto global = static_cast<uint64_t>(at.first_row + row);
                   T* draws = out.draws == nullptr ? nullptr : out.draws + row * cols;
                   T* likely = out.probabilities == nullptr ? nullptr : out.probabilities + row * cols;
                   row_of_units(at, global, slope, x + row * cols, bias, factor, draws, likely, cols);
                 }
               });
}
template void bernoulli_sigmoid(const RandomAddress&, double, const float*, const float*,
                                const BinaryUnits<float>&, int64_t, int64_t);
template void bernoulli_sigmoid(const RandomAddress&, double, const double*, const double*,
                                const BinaryUnits<double>&, int64_t, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
