#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradzoo {

inline constexpr int kMaxRank = 6;  ///< maximum number of axes of a tensor

/// The sizes of a tensor's axes, at most six, stored inline. `Shape{}` is a scalar's shape.
class Shape {
 public:
  Shape() = default;
  /// Throws Error if there are more than kMaxRank sizes, or one is below -1 (reshape replaces a size of -1).
  Shape(std::initializer_list<int64_t> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}
  explicit Shape(std::span<const int64_t> sizes);                        ///< shape with these sizes
  Shape(const std::vector<int64_t>& sizes) : Shape(std::span(sizes)) {}  ///< shape with these sizes

  int rank() const { return rank_; }  ///< number of axes
  /// Returns the size of an axis, which must exist; -1 is the last axis.
  int64_t operator[](int axis) const { return sizes_[static_cast<size_t>(axis < 0 ? axis + rank_ : axis)]; }
  /// Returns the number of elements: the product of the sizes, 1 for a scalar. Throws Error if a size is -1.
  int64_t size() const;
  const int64_t* begin() const { return sizes_.data(); }        ///< first axis's size
  const int64_t* end() const { return sizes_.data() + rank_; }  ///< end of the sizes

  /// Sets the size of an axis, which must exist.
  void set(int axis, int64_t size) { sizes_[static_cast<size_t>(axis < 0 ? axis + rank_ : axis)] = size; }
  /// Returns this shape with one more axis in front of `axis` (axis == rank() appends).
  Shape insert(int axis, int64_t size) const;
  /// Returns this shape without `axis`.
  Shape erase(int axis) const;

  /// True if both shapes have the same rank and sizes.
  bool operator==(const Shape& other) const {
    if (rank_ != other.rank_) return false;
    for (int i = 0; i < rank_; ++i) {
      if ((*this)[i] != other[i]) return false;
    }
    return true;
  }
  /// Returns the shape as text: "(100,784)".
  std::string str() const;

 private:
  int rank_ = 0;
  std::array<int64_t, kMaxRank> sizes_{};
};

/// Returns `axis` counted from the front. Throws Error that names `op` unless -rank <= axis < rank.
int normalize_axis(int axis, int rank, std::string_view op);

/// Broadcasts by NumPy's rule: aligned at the last axis, sizes agree or one is 1. Throws Error naming `op`.
Shape broadcast_shapes(const Shape& a, const Shape& b, std::string_view op);

/// A contiguous shape seen as (outer, n, inner) around one axis, for the loops of reductions and gathers.
struct AxisView {
  int64_t outer = 1, n = 1, inner = 1;  ///< product of sizes before the axis, its size, product after it
};
/// Returns the view around `axis`, which may be negative.
AxisView view_axis(const Shape& shape, int axis);

}  // namespace gradzoo
