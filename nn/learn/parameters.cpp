#include "gradzoo/nn/learn/parameters.h"

#include <algorithm>
#include <utility>

#include "autograd/updates.h"

namespace gradzoo {
namespace {

constexpr int64_t kSliceAlignment = 64;  // bytes

std::vector<NamedTensor> collect(std::initializer_list<Parameters::NamedModule> modules) {
  std::vector<NamedTensor> all;
  for (const auto& [prefix, module] : modules) {
    for (NamedTensor& p : module.get().named_parameters()) all.push_back({prefix + "." + p.name, p.tensor});
  }
  return all;
}

std::vector<NamedTensor> with_names(std::vector<Tensor> tensors) {
  std::vector<NamedTensor> named;
  for (size_t i = 0; i < tensors.size(); ++i) {
    Tensor& t = tensors[i];
    if (!t.is_leaf())
      throw Error("Parameters: tensor {} {} does not require a gradient. Hint: call requires_grad_()", i,
                  t.label());
    std::string name(t.name());
    const auto is_its = [&](const NamedTensor& n) { return n.name == name && n.tensor.impl() != t.impl(); };
    if (name.empty() || std::ranges::any_of(named, is_its)) name = std::to_string(i);
    named.push_back({std::move(name), std::move(t)});
  }
  return named;
}

// The distinct tensors of `named` whose values lie in that block, by place; empty where two of them overlap.
std::vector<Tensor::Impl*> parts_in(const Storage* block, std::span<const NamedTensor> named) {
  std::vector<Tensor::Impl*> parts;
  for (const NamedTensor& p : named) {
    if (p.tensor.impl()->storage == block) parts.push_back(p.tensor.impl());
  }
  std::ranges::sort(parts,
                    [](auto* a, auto* b) { return std::pair(a->offset, a) < std::pair(b->offset, b); });
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  const auto overlap = [](const auto* a, const auto* b) { return a->offset + a->size > b->offset; };
  return std::ranges::adjacent_find(parts, overlap) == parts.end() ? parts : std::vector<Tensor::Impl*>();
}

// Nobody else may see the values that move. Tensors that share a block with each other alone, side by side,
// are what another optimiser has left at its end: each gets a block of its own.
void take_apart(std::span<const NamedTensor> named) {
  for (const NamedTensor& p : named) {
    const Storage* block = p.tensor.impl()->storage;
    if (block->refs.count() == 1) continue;
    const std::vector<Tensor::Impl*> parts = parts_in(block, named);
    if (block->refs.count() != static_cast<int>(parts.size())) {
      throw Error(
          "Parameters: '{}' shares its values with another tensor, perhaps because an optimiser or Learner "
          "trains it already. Hint: use one of them at a time, for all parameters",
          p.name);
    }
    const auto on_a_tape = [](const auto* part) { return part->record.serial != 0; };
    if (std::ranges::any_of(parts, on_a_tape)) continue;  // move_into refuses it
    for (Tensor::Impl* part : parts) {
      part->refs.add();
      const Tensor copy = Tensor(part).detach().clone();
      std::swap(part->storage, copy.impl()->storage);
      std::swap(part->offset, copy.impl()->offset);
    }
  }
}

int64_t padded(int64_t size, DType dtype) {
  const int64_t step = kSliceAlignment / static_cast<int64_t>(dtype_bytes(dtype));
  return (size + step - 1) / step * step;
}

}  // namespace

Parameters::Parameters(const Module& module) : Parameters(module.named_parameters()) {}

Parameters::Parameters(std::initializer_list<NamedModule> modules) : Parameters(collect(modules)) {}

Parameters::Parameters(std::vector<Tensor> tensors) : Parameters(with_names(std::move(tensors))) {}

Parameters::Parameters(std::vector<NamedTensor> named) {
  if (named.empty()) {
    throw Error(
        "Parameters: the module has no parameters. Hint: call register_parameter, or register_module for "
        "layers");
  }
  take_apart(named);
  const DType dtype = named.front().tensor.dtype();
  int64_t size = 0;
  for (NamedTensor& p : named) {
    if (p.tensor.dtype() != dtype)
      throw Error("Parameters: '{}' is {} but '{}' is {}. Hint: build all layers with one dtype",
                  named.front().name, dtype_name(dtype), p.name, dtype_name(p.tensor.dtype()));
    const bool tied = std::any_of(slices_.begin(), slices_.end(), [&](const Slice& earlier) {
      return earlier.tensor.impl() == p.tensor.impl();
    });
    if (tied) continue;
    p.tensor.named(p.name);
    slices_.push_back({p.name, p.tensor, size});
    tensors_.push_back(p.tensor);
    size += padded(p.tensor.size(), dtype);
  }
  flat_ = zeros({size}, dtype).named("parameters");
  flat_grad_ = make_flat().named("gradients");
  for (Slice& slice : slices_) {
    slice.tensor.move_into(flat_, slice.offset);
    slice.tensor.set_grad_buffer(part(flat_grad_, slice));
  }
}

int64_t Parameters::count() const {
  int64_t total = 0;
  for (const Tensor& p : tensors_) total += p.size();
  return total;
}

Tensor& Parameters::flat_grad() {
  for (const Slice& slice : slices_) {
    if (!slice.tensor.grad().defined())
      fill_part(flat_grad_, slice.offset, slice.offset + slice.tensor.size(), 0.0);
  }
  return flat_grad_;
}

Tensor& Parameters::grad_to_write() {
  zero_grad();
  Tensor& gradients = flat_grad();
  for (Tensor& p : tensors_) p.accept_grad();
  return gradients;
}

void Parameters::zero_grad() {
  for (Tensor& p : tensors_) p.zero_grad();
}

void Parameters::requires_grad_(bool wanted) {
  for (Tensor& p : tensors_) p.requires_grad_(wanted);
}

void Parameters::check_records(size_t count) const {
  if (count != tensors_.size())
    throw Error("Parameters: {} records for {} parameters. Hint: pass one each", count, tensors_.size());
}

void Parameters::take_records(std::span<Record> records) {
  check_records(records.size());
  for (size_t i = 0; i < tensors_.size(); ++i) records[i] = std::exchange(tensors_[i].impl()->record, {});
}

void Parameters::put_records(std::span<const Record> records) {
  check_records(records.size());
  for (size_t i = 0; i < tensors_.size(); ++i) tensors_[i].impl()->record = records[i];
}

Tensor Parameters::make_flat() const { return zeros(flat_.shape(), dtype()); }

Tensor Parameters::part(const Tensor& flat, const Slice& slice) {
  return flat.rows(slice.offset, slice.offset + slice.tensor.size()).view(slice.tensor.shape());
}

void Parameters::add_to(State& state) const {
  for (const Slice& slice : slices_) state.add(slice.name, slice.tensor);
}

void Parameters::add_to(State& state, const std::string& prefix, const Tensor& flat) const {
  for (const Slice& slice : slices_) state.add(prefix + "." + slice.name, part(flat, slice));
}

}  // namespace gradzoo
