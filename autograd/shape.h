#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradzoo {

inline constexpr int kMaxRank = 6;  ///< axes of a tensor, at most

/// The sizes of a tensor's axes, inline, at most six. `Shape{}` is a scalar's shape.
class Shape {
 public:
  Shape() = default;
  /// Throws Error if there are more than kMaxRank sizes or one is below -1 (the size that reshape works out).
  Shape(std::initializer_list<int64_t> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}
  explicit Shape(std::span<const int64_t> sizes);                        ///< the same
  Shape(const std::vector<int64_t>& sizes) : Shape(std::span(sizes)) {}  ///< the same

  int rank() const { return rank_; }  ///< number of axes
  /// The size of an axis; -1 is the last. The axis must exist.
  int64_t operator[](int axis) const { return sizes_[static_cast<size_t>(axis < 0 ? axis + rank_ : axis)]; }
  /// Number of elements: the product of the sizes, 1 for a scalar. Throws Error where a size is -1.
  int64_t size() const;
  const int64_t* begin() const { return sizes_.data(); }        ///< the sizes, first axis first
  const int64_t* end() const { return sizes_.data() + rank_; }  ///< past the last axis

  /// Gives an axis, which exists, another size.
  void set(int axis, int64_t size) { sizes_[static_cast<size_t>(axis < 0 ? axis + rank_ : axis)] = size; }
  /// This shape with one more axis in front of `axis` (axis == rank() appends).
  Shape insert(int axis, int64_t size) const;
  /// This shape without `axis`.
  Shape erase(int axis) const;

  /// The same rank and sizes.
  bool operator==(const Shape& other) const {
    if (rank_ != other.rank_) return false;
    for (int i = 0; i < rank_; ++i) {
      if ((*this)[i] != other[i]) return false;
    }
    return true;
  }
  /// "(100,784)"
  std::string str() const;

 private:
  int rank_ = 0;
  std::array<int64_t, kMaxRank> sizes_{};
};

/// `axis` counted from the front; throws Error naming `op` unless -rank <= axis < rank.
int normalize_axis(int axis, int rank, std::string_view op);

/// NumPy's rule: align at the last axis; sizes agree or one of them is 1. Throws Error naming `op`.
Shape broadcast_shapes(const Shape& a, const Shape& b, std::string_view op);

/// A contiguous shape seen as (outer, n, inner) around one axis: what reductions and gathers walk over.
struct AxisView {
  int64_t outer = 1, n = 1, inner = 1;  ///< products of the sizes before and after the axis, and its own
};
/// The view around `axis`, which may be negative.
AxisView view_axis(const Shape& shape, int axis);

}  // namespace gradzoo
