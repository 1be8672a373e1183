#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// The largest seed that is accepted anywhere: larger ones are not exact in every JSON reader.
inline constexpr int64_t kMostSeed = (int64_t{1} << 53) - 1;

/// The part of the rows, out of `count` equal parts, that a draw is for.
struct RowWindow {
  int64_t part = 0, count = 1;  ///< index of the part, from 0, and number of parts
};

/// A stream of random draws (Philox, counter-based). Its whole state is (seed, stream, draw number). A draw's
/// values depend only on the state, the row (first axis) and the column, not on threads or the split of rows.
class Rng {
 public:
  /// Starts at draw 0 of a stream; streams of one seed with different names are independent.
  explicit Rng(uint64_t seed, std::string_view stream = "default");

  uint64_t seed() const { return seed_; }                ///< seed of the stream
  const std::string& stream() const { return stream_; }  ///< name of the stream
  uint64_t draw() const { return draw_; }                ///< number of the next draw
  /// Continues from (or jumps to) a draw number.
  void set_draw(uint64_t draw) { draw_ = draw; }
  /// Returns the Philox key of (seed, stream).
  uint64_t key() const { return key_; }
  /// Returns the current draw number; the next call returns the next one.
  uint64_t next_draw() { return draw_++; }

  /// Restricts draws to one part of a batch: a draw of n rows returns rows [part n, (part + 1) n) of what a
  /// draw of n count rows returns without a window. randperm() draws a separate permutation for each part.
  /// The window does not belong to the state.
  void set_window(const RowWindow& window) { window_ = window; }
  const RowWindow& window() const { return window_; }  ///< current window; {0, 1} unless it was set
  /// Returns the global index of row 0 in a draw of `rows` rows.
  int64_t first_row(int64_t rows) const { return window_.part * rows; }

 private:
  uint64_t seed_;
  std::string stream_;
  uint64_t key_;
  uint64_t draw_ = 0;
  RowWindow window_;
};

/// A scope in which draws are those of the whole batch.
class WholeRows {
 public:
  /// Removes the window, which the end of the scope restores.
  explicit WholeRows(Rng& rng) : rng_(rng), window_(rng.window()) { rng.set_window({}); }
  ~WholeRows() { rng_.set_window(window_); }
  WholeRows(const WholeRows&) = delete;
  WholeRows& operator=(const WholeRows&) = delete;

 private:
  Rng& rng_;
  RowWindow window_;
};

/// Functions that make one draw each, f32 or f64. `first_row` is the global index of row 0; by default the
/// generator's window determines it.
using FirstRow = std::optional<int64_t>;
Tensor randn(const Shape& shape, Rng& rng, DType dtype = DType::f32, FirstRow first_row = {});  ///< N(0,1)
Tensor rand(const Shape& shape, Rng& rng, DType dtype = DType::f32,
            FirstRow first_row = {});  ///< uniform on [0,1)
Tensor rademacher(const Shape& shape, Rng& rng, DType dtype = DType::f32,
                  FirstRow first_row = {});  ///< -1 or 1
/// Returns a permutation of 0..n-1, i64.
Tensor randperm(int64_t n, Rng& rng);
/// Returns 1 with probability p, else 0, elementwise. Throws Error if a p is outside [0,1], or NaN.
Tensor bernoulli(const Tensor& p, Rng& rng, FirstRow first_row = {});
Tensor randn_like(const Tensor& x, Rng& rng);  ///< N(0,1), of x's shape and dtype

}  // namespace gradzoo
