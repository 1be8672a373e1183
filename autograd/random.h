#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// The largest seed that a command, an option or a request takes: larger ones are not exact in every JSON
/// reader.
inline constexpr int64_t kMostSeed = (int64_t{1} << 53) - 1;

/// Which of `count` equal parts of the rows a draw is for.
struct RowWindow {
  int64_t part = 0, count = 1;  ///< the part, from 0, and how many there are
};

/// A stream of random draws (Philox, counter-based). Its whole state is (seed, stream, draw number): each
/// draw's values depend on those, the row (first axis) and the column only, never on threads or on how rows
/// are split.
class Rng {
 public:
  /// Draw 0 of a stream; streams of one seed with different names are independent.
  explicit Rng(uint64_t seed, std::string_view stream = "default");

  uint64_t seed() const { return seed_; }                ///< that it was made with
  const std::string& stream() const { return stream_; }  ///< its name
  uint64_t draw() const { return draw_; }                ///< the next draw's number
  /// Continues from (or jumps to) a draw number.
  void set_draw(uint64_t draw) { draw_ = draw; }
  /// The Philox key of (seed, stream).
  uint64_t key() const { return key_; }
  /// The current draw number; the next call gets the next one.
  uint64_t next_draw() { return draw_++; }

  /// Draws of one part of a batch: until it is set again, a draw of n rows gives rows [part n, (part + 1) n)
  /// of what a draw of n count rows gives without a window. A permutation is one of the part's own. The
  /// window is no part of the state.
  void set_window(const RowWindow& window) { window_ = window; }
  const RowWindow& window() const { return window_; }  ///< {0, 1} unless it was set
  /// The global index of row 0 of a draw of `rows` rows.
  int64_t first_row(int64_t rows) const { return window_.part * rows; }

 private:
  uint64_t seed_;
  std::string stream_;
  uint64_t key_;
  uint64_t draw_ = 0;
  RowWindow window_;
};

/// While it lives, draws are those of the whole batch.
class WholeRows {
 public:
  /// Puts the window aside, which comes back at the end.
  explicit WholeRows(Rng& rng) : rng_(rng), window_(rng.window()) { rng.set_window({}); }
  ~WholeRows() { rng_.set_window(window_); }
  WholeRows(const WholeRows&) = delete;
  WholeRows& operator=(const WholeRows&) = delete;

 private:
  Rng& rng_;
  RowWindow window_;
};

/// One draw each, f32 or f64. `first_row` is the global index of row 0; by the generator's window where it is
/// not given.
using FirstRow = std::optional<int64_t>;
Tensor randn(const Shape& shape, Rng& rng, DType dtype = DType::f32, FirstRow first_row = {});  ///< N(0,1)
Tensor rand(const Shape& shape, Rng& rng, DType dtype = DType::f32,
            FirstRow first_row = {});  ///< uniform on [0,1)
Tensor rademacher(const Shape& shape, Rng& rng, DType dtype = DType::f32, FirstRow first_row = {});  ///< +-1
/// A permutation of 0..n-1, i64.
Tensor randperm(int64_t n, Rng& rng);
/// 1 with probability p elementwise, else 0; p of any shape. Throws Error for a p outside [0,1], or NaN.
Tensor bernoulli(const Tensor& p, Rng& rng, FirstRow first_row = {});
Tensor randn_like(const Tensor& x, Rng& rng);  ///< N(0, 1) of x's shape and dtype

}  // namespace gradzoo
