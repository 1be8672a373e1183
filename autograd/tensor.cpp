#include "gradzoo/autograd/tensor.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"

namespace gradzoo {

std::string_view dtype_name(DType dtype) {
  constexpr std::string_view kNames[] = {"f32", "f64", "i64", "u8"};
  return kNames[static_cast<size_t>(dtype)];
}

namespace {

// With one handle to itself; takes over one to the storage.
Tensor::Impl* make_impl(Storage* storage, int64_t offset, const Shape& shape, int64_t size, DType dtype) {
  auto* impl = new (pool_allocate(sizeof(Tensor::Impl))) Tensor::Impl;
  impl->storage = storage;
  impl->offset = offset;
  impl->shape = shape;
  impl->size = size;
  impl->dtype = dtype;
  return impl;
}

}  // namespace

void Tensor::release(Impl* impl) noexcept {
  if (!impl || !impl->refs.drop()) return;
  if (impl->storage->refs.drop()) Storage::destroy(impl->storage);
  impl->~Impl();
  pool_free(impl, sizeof(Impl));
}

void Tensor::throw_undefined() {
  throw Error("an undefined tensor has no shape and no values. Hint: assign it a value first");
}

int64_t Tensor::dim(int axis) const { return shape()[normalize_axis(axis, rank(), "dim")]; }

const void* Tensor::checked_data(DType dtype) const {
  if (dtype != defined_impl().dtype)
    throw Error("data: tensor {} holds {}, not {}. Hint: cast(x, DType::{})", label(),
                dtype_name(impl_->dtype), dtype_name(dtype), dtype_name(dtype));
  return impl_->storage->data() + static_cast<size_t>(impl_->offset) * dtype_bytes(dtype);
}

void Tensor::check_mutable() {
  if (!defined_impl().requires_grad && is_alive(impl_->record))
    throw Error("mutable_data: tensor {} is a recorded result. Hint: clone() or detach() it first", label());
  ++impl_->storage->version;
}

double Tensor::item() const {
  if (size() != 1) throw Error("item: tensor {} is not a single value. Hint: sum or mean it first", label());
  return visit_any(dtype(), [&]<class T>() { return static_cast<double>(*data<T>()); });
}

std::vector<double> Tensor::to_vector() const {
  return visit_any(dtype(), [&]<class T>() {
    const T* values = data<T>();
    std::vector<double> out(static_cast<size_t>(size()));
    std::transform(values, values + size(), out.begin(), [](T v) { return static_cast<double>(v); });
    return out;
  });
}

bool Tensor::requires_grad() const { return impl_ && (impl_->requires_grad || is_alive(impl_->record)); }

bool Tensor::is_leaf() const { return impl_ && impl_->requires_grad; }

Tensor& Tensor::requires_grad_(bool wanted) {
  if (wanted && !is_floating(dtype()))
    throw Error("requires_grad_: tensor {} is {}, which has no gradient. Hint: use cast(x, DType::f32)",
                label(), dtype_name(dtype()));
  if (!defined_impl().requires_grad && impl_->record.serial != 0)
    throw Error("requires_grad_: tensor {} is a recorded result, not a leaf. Hint: detach() it first",
                label());
  if (impl_->requires_grad && !wanted && impl_->record.serial != 0) {
    throw Error(
        "requires_grad_: leaf {} is in use on a live tape. Hint: detach() gives its values without a "
        "gradient",
        label());
  }
  impl_->requires_grad = wanted;
  return *this;
}

Tensor Tensor::grad() const { return defined_impl().grad_is_empty ? Tensor() : impl_->grad; }

void Tensor::zero_grad() { defined_impl().grad_is_empty = true; }

void Tensor::accept_grad() {
  if (!defined_impl().grad.defined())
    throw Error("accept_grad: tensor {} has no gradient buffer. Hint: set_grad_buffer() first", label());
  impl_->grad_is_empty = false;
}

void Tensor::set_grad_buffer(const Tensor& buffer) {
  if (buffer.shape() != shape() || buffer.dtype() != dtype())
    throw Error("set_grad_buffer: a buffer {} for tensor {}. Hint: pass the same shape and dtype",
                buffer.shape().str(), label());
  impl_->grad = buffer.detach();
  impl_->grad_is_empty = true;
}

void Tensor::move_into(const Tensor& flat, int64_t offset) {
  if (flat.dtype() != dtype() || offset < 0 || offset > flat.size() - size())
    throw Error("move_into: tensor {} of {} does not fit at element {} of {} of {}. Hint: match the dtype",
                label(), dtype_name(dtype()), offset, flat.label(), dtype_name(flat.dtype()));
  if (impl_->record.serial != 0)
    throw Error("move_into: tensor {} is in use on a live tape. Hint: move it before the tape begins",
                label());
  if (impl_->storage->refs.count() != 1 || flat.impl_->storage == impl_->storage)
    throw Error("move_into: tensor {} shares its values with another tensor. Hint: clone() it first",
                label());
  const size_t width = dtype_bytes(dtype());
  const int64_t begin = flat.impl_->offset + offset;
  std::memcpy(flat.impl_->storage->data() + static_cast<size_t>(begin) * width, checked_data(dtype()),
              static_cast<size_t>(size()) * width);
  Storage::destroy(impl_->storage);
  impl_->storage = flat.impl_->storage;
  impl_->offset = begin;
  impl_->storage->refs.add();
  ++impl_->storage->version;
}

Tensor Tensor::detach() const { return alias(shape()); }

bool Tensor::wants_record() const {
  return is_recording() && impl_ && (impl_->requires_grad || impl_->record.serial != 0);
}

Tensor Tensor::view(const Shape& shape) const {
  if (shape.size() != size())
    throw Error("view: tensor {} has {} elements, {} needs {}. Hint: sizes whose product is the same",
                label(), size(), shape.str(), shape.size());
  return wants_record() ? reshape(*this, shape) : alias(shape);
}

Tensor Tensor::rows(int64_t begin, int64_t end) const {
  if (rank() == 0 || begin < 0 || end < begin || end > dim(0))
    throw Error("rows: [{}, {}) of tensor {}. Hint: 0 <= begin <= end <= rows", begin, end, label());
  return wants_record() ? slice(*this, 0, begin, end) : alias_rows(begin, end);
}

Tensor Tensor::operator[](int64_t i) const {
  if (rank() == 0) throw Error("[]: tensor {} has no axis to index. Hint: use item()", label());
  const int64_t n = dim(0);
  if (n == 0) throw Error("[]: tensor {} has no rows. Hint: its first axis is empty", label());
  if (i < -n || i >= n)
    throw Error("[]: row {} of tensor {}. Hint: rows run from {} to {}", i, label(), -n, n - 1);
  const int64_t row = i < 0 ? i + n : i;
  return rows(row, row + 1).view(shape().erase(0));
}

Tensor Tensor::alias(const Shape& shape) const {
  defined_impl().storage->refs.add();
  Tensor out(make_impl(impl_->storage, impl_->offset, shape, size(), dtype()));
  out.impl_->name = impl_->name;
  return out;
}

Tensor Tensor::alias_rows(int64_t begin, int64_t end) const {
  Shape part = shape();
  part.set(0, end - begin);
  const int64_t row = dim(0) == 0 ? 0 : size() / dim(0);
  impl_->storage->refs.add();
  return Tensor(make_impl(impl_->storage, impl_->offset + begin * row, part, part.size(), dtype()));
}

Tensor Tensor::clone() const {
  if (wants_record()) return gradzoo::clone(*this);
  Tensor out = empty(shape(), dtype());
  if (size() > 0) {
    std::memcpy(out.impl_->storage->data(), checked_data(dtype()),
                static_cast<size_t>(size()) * dtype_bytes(dtype()));
  }
  out.impl_->name = impl_->name;
  return out;
}

Tensor& Tensor::named(std::string_view name) {
  static std::mutex mutex;
  static auto* const names =
      new std::set<std::string, std::less<>>;  // never destroyed: tensors point into it
  Impl& impl = defined_impl();
  const std::lock_guard lock(mutex);
  const auto found = names->find(name);
  impl.name = &*(found != names->end() ? found : names->emplace(name).first);
  return *this;
}

std::string_view Tensor::name() const { return impl_ && impl_->name ? std::string_view(*impl_->name) : ""; }

std::string Tensor::label() const { return impl_ ? std::string(name()) + shape().str() : "undefined"; }

Tensor empty(const Shape& shape, DType dtype) {
  const int64_t size = shape.size();
  const size_t width = dtype_bytes(dtype);
  if (size > static_cast<int64_t>(kMaxBytes / width))  // before it is narrowed, where a size_t has 32 bits
    throw Error("empty: {} of {} is larger than any memory. Hint: check the shape", shape.str(),
                dtype_name(dtype));
  return Tensor(make_impl(Storage::create(static_cast<size_t>(size) * width), 0, shape, size, dtype));
}

}  // namespace gradzoo
