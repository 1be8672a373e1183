#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "autograd/tensor.h"

namespace gradzoo {

/// A stream of random draws (Philox, counter-based). Its whole state is (seed, stream, draw number): each
/// draw's values depend on those, the row (first axis) and the column only, never on threads or on how rows
/// are split.
class Rng {
 public:
  explicit Rng(uint64_t seed, std::string_view stream = "default");

  uint64_t seed() const { return seed_; }
  const std::string& stream() const { return stream_; }
  uint64_t draw() const { return draw_; }
  /// Continues from (or jumps to) a draw number.
  void set_draw(uint64_t draw) { draw_ = draw; }
  /// The Philox key of (seed, stream).
  uint64_t key() const { return key_; }
  /// The current draw number; the next call gets the next one.
  uint64_t next_draw() { return draw_++; }

 private:
  uint64_t seed_;
  std::string stream_;
  uint64_t key_;
  uint64_t draw_ = 0;
};

// One draw each; `first_row` is the global index of row 0. f32 or f64.
Tensor randn(const Shape& shape, Rng& rng, DType dtype = DType::f32, int64_t first_row = 0);  // N(0,1)
Tensor rand(const Shape& shape, Rng& rng, DType dtype = DType::f32,
            int64_t first_row = 0);  // uniform on [0,1)
Tensor rademacher(const Shape& shape, Rng& rng, DType dtype = DType::f32, int64_t first_row = 0);  // +-1
/// A permutation of 0..n-1, i64.
Tensor randperm(int64_t n, Rng& rng);
/// 1 with probability p elementwise, else 0; p of any shape. Throws Error for a p outside [0,1], or NaN.
Tensor bernoulli(const Tensor& p, Rng& rng, int64_t first_row = 0);
Tensor randn_like(const Tensor& x, Rng& rng);

}  // namespace gradzoo
