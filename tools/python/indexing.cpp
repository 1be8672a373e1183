#include <algorithm>

#include "tools/python/python.h"

/// x[...] as NumPy's basic indexing, and one index array or mask.
namespace gradzoo::python {
namespace {

// Indices below 0 count from the end.
Tensor from_front(const Tensor& index, int64_t size) {
  Tensor counted = cast(index, DType::i64).clone();
  for (int64_t i = 0; i < counted.size(); ++i)
    if (int64_t& at = counted.mutable_data<int64_t>()[i]; at < 0) at += size;
  return counted;
}

enum class Kind { none, dots, slice, number, index, mask };

/// One of the comma-separated parts of an index.
struct Part {
  Kind kind = Kind::none;
  py::object slice = {};
  int64_t number = 0;
  Tensor tensor = {};

  // Numbers and arrays together choose elements, as NumPy's "advanced" indices.
  bool chooses() const { return kind >= Kind::number; }
  int axes() const {
    if (kind == Kind::mask) return tensor.rank();
    return kind == Kind::none || kind == Kind::dots ? 0 : 1;
  }
};

Part part_of_tensor(const Tensor& x, bool is_mask) {
  if (is_mask && x.rank() == 0) throw py::index_error("True and False are no indices");
  if (is_mask) return {Kind::mask, {}, 0, x};
  if (is_floating(x.dtype()) && x.size() > 0)
    throw py::index_error(
        "an index is a whole number, a slice, None, ..., an array of whole numbers or a mask");
  const Tensor index = cast(x, DType::i64);
  if (index.rank() == 0) return {Kind::number, {}, static_cast<int64_t>(index.item())};
  return {Kind::index, {}, 0, index};
}

Part part_of(const py::handle& part) {
  if (part.is_none()) return {};
  if (part.is(py::ellipsis())) return {Kind::dots};
  if (py::isinstance<py::slice>(part)) return {Kind::slice, py::reinterpret_borrow<py::object>(part)};
  if (PyBool_Check(part.ptr())) throw py::index_error("True and False are no indices");
  if (py::isinstance<Tensor>(part)) {
    const Tensor& x = part.cast<const Tensor&>();
    return part_of_tensor(x, x.dtype() == DType::u8);
  }
  if (!py::hasattr(part, "dtype") && PyIndex_Check(part.ptr()))
    return {Kind::number, {}, part.attr("__index__")().cast<int64_t>()};
  const py::array array = py::module_::import("numpy").attr("asarray")(part);
  return part_of_tensor(tensor_from(array), array.dtype().kind() == 'b');
}

/// What an index has selected so far: the tensor, and the axis that the next part is for.
struct Selection {
  Tensor x;
  int axis = 0;
  bool has_array = false;

  int64_t size() const { return x.shape()[axis]; }
  void take(const Part& part);

 private:
  void take_number(int64_t i);
  void take_slice(const py::slice& part);
  void take_array(const Tensor& index);
  void take_mask(const Tensor& mask);
};

void Selection::take_number(int64_t i) {
  if (i < -size() || i >= size())
    throw py::index_error(
        fmt::format("index {} is out of range for axis {} of {}", i, axis, x.shape().str()));
  x = squeeze(slice(x, axis, i < 0 ? i + size() : i, (i < 0 ? i + size() : i) + 1), axis);
}

void Selection::take_slice(const py::slice& part) {
  py::ssize_t begin = 0, end = 0, step = 0, count = 0;
  if (!part.compute(size(), &begin, &end, &step, &count)) throw py::error_already_set();
  if (step > 0) {
    x = slice(x, axis, begin, std::max(begin, end), step);
  } else {  // from the back: the same elements of the reversed axis
    const int64_t last = size() - 1;
    x = slice(flip(x, axis), axis, last - begin,
              count == 0 ? last - begin : last - begin + (count - 1) * -step + 1, -step);
  }
  ++axis;
}

void Selection::take_array(const Tensor& index) {
  if (has_array)
    throw Error("x[...]: two index arrays or masks. Hint: use one at a time, or gather(x, axis, index)");
  has_array = true;
  const Shape before = x.shape(), shape = index.shape();
  x = index_select(x, axis, reshape(from_front(index, size()), {-1}));
  if (shape.rank() != 1) {
    Shape out;
    for (int i = 0; i < before.rank(); ++i) {
      if (i != axis) out = out.insert(out.rank(), before[i]);
      for (int k = 0; i == axis && k < shape.rank(); ++k) out = out.insert(out.rank(), shape[k]);
    }
    x = reshape(x, out);
  }
  axis += shape.rank();
}

void Selection::take_mask(const Tensor& mask) {
  for (int k = 0; k < mask.rank(); ++k)
    if (axis + k >= x.rank() || x.shape()[axis + k] != mask.shape()[k])
      throw py::index_error(fmt::format("a mask of {} does not fit {} from axis {} on", mask.shape().str(),
                                        x.shape().str(), axis));
  Shape flat;
  for (int i = 0; i < x.rank(); ++i) {
    if (i < axis || i >= axis + mask.rank()) flat = flat.insert(flat.rank(), x.shape()[i]);
    if (i == axis) flat = flat.insert(flat.rank(), mask.size());
  }
  if (mask.rank() > 1) x = reshape(x, flat);
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < mask.size(); ++i)
    if (mask.data<uint8_t>()[i] != 0) chosen.push_back(i);
  take_array(tensor(chosen, {static_cast<int64_t>(chosen.size())}));
}

void Selection::take(const Part& part) {
  switch (part.kind) {
    case Kind::none:
      x = unsqueeze(x, axis++);
      break;
    case Kind::slice:
      take_slice(py::reinterpret_borrow<py::slice>(part.slice));
      break;
    case Kind::number:
      take_number(part.number);
      break;
    case Kind::index:
      take_array(part.tensor);
      break;
    case Kind::mask:
      take_mask(part.tensor);
      break;
    case Kind::dots:
      break;
  }
}

// Where another index stands between a number and an array, NumPy puts their axes first, which nobody
// expects.
void check_together(const std::vector<Part>& parts) {
  const auto is_array = [](const Part& part) { return part.kind == Kind::index || part.kind == Kind::mask; };
  const auto first = std::ranges::find_if(parts, &Part::chooses);
  const auto last =
      std::find_if(parts.rbegin(), parts.rend(), [](const Part& part) { return part.chooses(); }).base();
  if (std::any_of(first, last, is_array) &&
      !std::all_of(first, last, [](const Part& part) { return part.chooses(); }))
    throw Error(
        "x[...]: a number and an array with another index between them. Hint: one after the other, x[1][:, "
        "[0, 2]]");
}

}  // namespace

Tensor item_of(const Tensor& x, const py::handle& key) {
  std::vector<Part> parts;
  if (py::isinstance<py::tuple>(key))
    for (const py::handle part : key) parts.push_back(part_of(part));
  else
    parts.push_back(part_of(key));
  int named = 0;
  for (const Part& part : parts) named += part.axes();
  if (std::ranges::count(parts, Kind::dots, &Part::kind) > 1)
    throw py::index_error("an index can only have a single ellipsis ('...')");
  if (named > x.rank())
    throw py::index_error(
        fmt::format("{} indices for {}, which has {} axes", named, x.shape().str(), x.rank()));
  check_together(parts);
  Selection selection{x};
  for (const Part& part : parts) {
    if (part.kind == Kind::dots)
      selection.axis += x.rank() - named;
    else
      selection.take(part);
  }
  return selection.x;
}

}  // namespace gradzoo::python
