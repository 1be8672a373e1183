#include "gradzoo/autograd/print.h"

#include <algorithm>
#include <ostream>
#include <type_traits>

namespace gradzoo {
namespace {

/// Writes the values of one tensor.
class Printer {
 public:
  Printer(const Tensor& x, const PrintOptions& options)
      : x_(x), shape_(x.shape()), options_(options), cut_(x.size() > options.whole) {}

  std::string text() {
    measure(0, 0);
    std::string out;
    write(out, 0, 0);
    return out;
  }

 private:
  std::string number(int64_t at) const {
    return visit_any(x_.dtype(), [&]<class T>() {
      const T value = x_.data<T>()[at];
      if constexpr (std::is_floating_point_v<T>) return fmt::format("{:.{}g}", value, options_.digits);
      return fmt::format("{}", static_cast<int64_t>(value));
    });
  }

  // Calls fn(i) for what is shown of an axis, and gap() where some is left out.
  template <class Fn, class Gap>
  void for_shown(int axis, const Fn& fn, const Gap& gap) {
    const int64_t n = shape_[axis];
    const bool cut = cut_ && n > 2 * options_.edge;
    for (int64_t i = 0; i < n; ++i) {
      if (cut && i == options_.edge) {
        gap();
        i = n - options_.edge;
      }
      fn(i);
    }
  }

  int64_t stride(int axis) const {
    int64_t size = 1;
    for (int later = axis + 1; later < shape_.rank(); ++later) size *= shape_[later];
    return size;
  }

  void measure(int axis, int64_t first) {
    if (axis == shape_.rank()) {
      width_ = std::max(width_, number(first).size());
      return;
    }
    for_shown(
        axis, [&](int64_t i) { measure(axis + 1, first + i * stride(axis)); }, [] {});
  }

  void write(std::string& out, int axis, int64_t first) {
    if (axis == shape_.rank()) {
      out += shape_.rank() == 0 ? number(first) : fmt::format("{:>{}}", number(first), width_);
      return;
    }
    const bool innermost = axis + 1 == shape_.rank();
    const std::string between = innermost ? ", " : ",\n" + std::string(static_cast<size_t>(axis) + 1, ' ');
    out += '[';
    bool begun = false;
    const auto separate = [&] {
      if (begun) out += between;
      begun = true;
    };
    for_shown(
        axis,
        [&](int64_t i) {
          separate();
          write(out, axis + 1, first + i * stride(axis));
        },
        [&] {
          separate();
          out += "...";
        });
    out += ']';
  }

  const Tensor& x_;
  Shape shape_;
  PrintOptions options_;
  bool cut_;
  size_t width_ = 0;
};

}  // namespace

std::string to_string(const Tensor& x, const PrintOptions& options) {
  if (!x.defined()) return "undefined tensor";
  return fmt::format("{} {}\n{}", dtype_name(x.dtype()), x.shape().str(), Printer(x, options).text());
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << to_string(x); }

}  // namespace gradzoo
