#include "autograd/functional/substitution.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "gradzoo/autograd/tape.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo {
namespace {

void check_stand_in(const Tensor& tensor, const Tensor& value) {
  if (!value.defined())
    throw Error("functional_call: {} has no substitute. Hint: pass its own tensor to keep it",
                tensor.label());
  if (value.shape() == tensor.shape() && value.dtype() == tensor.dtype()) return;
  throw Error("functional_call: {} {} stands for {} of {}. Hint: shape and dtype must agree",
              dtype_name(value.dtype()), value.label(), tensor.label(), dtype_name(tensor.dtype()));
}

// A tensor of its own that reads and records as `value` does.
Tensor stand_in_for(const Tensor& value) {
  if (is_recording()) track(value, "functional_call");
  Tensor copy = value.alias(value.shape());
  copy.impl()->requires_grad = value.impl()->requires_grad;
  copy.impl()->swept = value.impl()->swept;
  copy.impl()->record = value.impl()->record;
  return copy;
}

// All that ops read of a tensor: neither its gradient, nor its name, nor its handles.
void exchange(Tensor::Impl& a, Tensor::Impl& b) {
  std::swap(a.storage, b.storage);
  std::swap(a.offset, b.offset);
  std::swap(a.requires_grad, b.requires_grad);
  std::swap(a.swept, b.swept);
  std::swap(a.record, b.record);
}

}  // namespace

Substitution::Substitution(std::span<const Tensor> tensors, std::span<const Tensor> values) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    check_stand_in(tensors[i], values[i]);
    pairs_.push_back({tensors[i], values[i], {}});
  }
  std::ranges::sort(pairs_, std::less(), [](const Pair& p) { return p.tensor.impl(); });
  for (Pair& p : pairs_) p.stand_in = stand_in_for(p.value);
  exchange_all();
  first_node_ = tape_state().nodes.size();
}

Substitution::~Substitution() {
  exchange_all();
  settle_records();
}

void Substitution::exchange_all() {
  for (Pair& p : pairs_) exchange(*p.tensor.impl(), *p.stand_in.impl());
}

const Tensor* Substitution::value_of(const Tensor& t) const {
  const auto found =
      std::ranges::lower_bound(pairs_, t.impl(), std::less(), [](const Pair& p) { return p.tensor.impl(); });
  return found != pairs_.end() && found->tensor.impl() == t.impl() ? &found->value : nullptr;
}

// What nodes have kept of the tensors is a handle on what they hold again: the values take its place.
void Substitution::settle_records() {
  const auto settle = [this](Tensor& kept) {
    if (const Tensor* value = kept.defined() ? value_of(kept) : nullptr) kept = *value;
  };
  NodeList& nodes = tape_state().nodes;
  std::vector<Trace>& traces = trace_log().nodes;
  for (int64_t i = first_node_; i < nodes.size(); ++i) {
    std::ranges::for_each(nodes[i].saved, settle);
    if (static_cast<size_t>(i) < traces.size()) {
      std::ranges::for_each(traces[static_cast<size_t>(i)].inputs, settle);
      settle(traces[static_cast<size_t>(i)].output);
    }
  }
}

Tensor Substitution::result(const Tensor& y) const {
  const Tensor* value = y.defined() ? value_of(y) : nullptr;
  return value ? *value : y;
}

}  // namespace gradzoo
