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

/// What an index has selected so far: the tensor, and the axis that the next part is for.
struct Selection {
  Tensor x;
  int axis = 0;
  bool has_array = false;

  int64_t size() const { return x.shape()[axis]; }
  void take(const py::handle& part);

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

void Selection::take(const py::handle& part) {
  if (part.is_none()) {
    x = unsqueeze(x, axis++);
    return;
  }
  const bool is_flag = PyBool_Check(part.ptr());
  if (!py::isinstance<py::slice>(part) && !is_flag && PyIndex_Check(part.ptr()) &&
      !py::isinstance<py::array>(part) && !py::isinstance<Tensor>(part))
    return take_number(part.attr("__index__")().cast<int64_t>());
  if (py::isinstance<py::slice>(part)) return take_slice(py::reinterpret_borrow<py::slice>(part));
  if (is_flag) throw py::index_error("True and False are no indices");
  const Tensor index = tensor_from(part);
  if (index.dtype() == DType::u8) return take_mask(index);
  if (index.dtype() != DType::i64 && index.size() > 0)
    throw py::index_error(
        "an index is a whole number, a slice, None, ..., an array of whole numbers or a mask");
  if (index.rank() == 0) return take_number(static_cast<int64_t>(index.item()));
  take_array(index.dtype() == DType::i64 ? index : cast(index, DType::i64));
}

int axes_of(const py::handle& part) {
  if (part.is_none()) return 0;
  if (py::isinstance<py::slice>(part) || PyBool_Check(part.ptr())) return 1;
  if (py::isinstance<Tensor>(part) || py::isinstance<py::array>(part)) {
    const Tensor index = tensor_from(part);
    return index.dtype() == DType::u8 ? index.rank() : 1;
  }
  return 1;
}

}  // namespace

Tensor item_of(const Tensor& x, const py::handle& key) {
  const py::tuple parts =
      py::isinstance<py::tuple>(key) ? py::reinterpret_borrow<py::tuple>(key) : py::make_tuple(key);
  int named = 0, dots = 0;
  for (const py::handle part : parts) {
    if (part.is(py::ellipsis()))
      ++dots;
    else
      named += axes_of(part);
  }
  if (dots > 1) throw py::index_error("an index can only have a single ellipsis ('...')");
  if (named > x.rank())
    throw py::index_error(
        fmt::format("{} indices for {}, which has {} axes", named, x.shape().str(), x.rank()));
  Selection selection{x};
  for (const py::handle part : parts) {
    if (part.is(py::ellipsis()))
      selection.axis += x.rank() - named;
    else
      selection.take(part);
  }
  return selection.x;
}

}  // namespace gradzoo::python
