#include "autograd/ops/losses.h"

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/reduce/reduce.h"

namespace gradzoo {
namespace ops {
namespace {

void require_equal_shapes(const Tensor& a, const Tensor& b, const char* name) {
  if (a.shape() == b.shape()) return;
  throw Error("{}: shapes differ: {} and {}. Hint: reshape or broadcast_to one of them", name,
              a.shape().str(), b.shape().str());
}

}  // namespace

Shape BceWithLogits::shape(Inputs in) const {
  require_equal_shapes(in[0], in[1], name);
  return in[0].shape();
}

void BceWithLogits::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::bce_with_logits(in[0].data<T>(), in[1].data<T>(), out.mutable_data<T>(), out.size());
  });
}

void BceWithLogits::vjp_fast(Vjp& v, const Tensor& g) const {
  if (v.needs(0)) {
    Tensor dl = empty_like(g);
    visit_floating(g.dtype(), [&]<class T>() {
      kernels::bce_with_logits_grad(g.data<T>(), v.in(0).data<T>(), v.in(1).data<T>(), dl.mutable_data<T>(),
                                    g.size());
    });
    v.give(0, std::move(dl));
  }
  if (v.needs(1)) v.give(1, neg(mul(g, v.in(0))));
}

std::vector<OpCase<BceWithLogits>> BceWithLogits::cases() {
  std::vector<OpCase<BceWithLogits>> cases;
  for (const Shape& shape : {Shape{}, Shape{5}, Shape{3, 4}, Shape{2, 1, 3}, Shape{0}})
    cases.push_back({{}, {{.shape = shape}, {.shape = shape, .low = 0.0, .high = 1.0}}});
  return cases;
}

Shape CrossEntropy::shape(Inputs in) const {
  const Tensor &logits = in[0], &labels = in[1];
  if (logits.rank() != 2 || labels.rank() != 1 || logits.dim(0) != labels.dim(0))
    throw Error("{}: logits {} and labels {} do not fit. Hint: pass (B,C) and (B)", name,
                logits.shape().str(), labels.shape().str());
  const int64_t* label = labels.data<int64_t>();
  for (int64_t row = 0; row < labels.size(); ++row) {
    if (label[row] >= 0 && label[row] < logits.dim(1)) continue;
    throw Error("{}: label {} of row {} is not one of {} classes. Hint: labels count from 0 to {}", name,
                label[row], row, logits.dim(1), logits.dim(1) - 1);
  }
  return labels.shape();
}

void CrossEntropy::forward(Inputs in, Tensor& out) const {
  const int64_t rows = in[0].dim(0), classes = in[0].dim(1);
  visit_floating(out.dtype(), [&]<class T>() {
    Tensor log_p = empty_like(in[0]);
    kernels::log_softmax(in[0].data<T>(), log_p.mutable_data<T>(), rows, classes, 1);
    const int64_t* label = in[1].data<int64_t>();
    T* y = out.mutable_data<T>();
    for (int64_t row = 0; row < rows; ++row) y[row] = -log_p.data<T>()[row * classes + label[row]];
  });
}

std::vector<OpCase<CrossEntropy>> CrossEntropy::cases() {
  std::vector<OpCase<CrossEntropy>> cases;
  for (const Shape& shape : {Shape{4, 3}, Shape{1, 5}, Shape{3, 1}, Shape{0, 3}}) {
    const auto classes = static_cast<double>(shape[1]);
    cases.push_back({{}, {{.shape = shape}, {.shape = {shape[0]}, .low = 0.0, .high = classes}}});
  }
  return cases;
}

}  // namespace ops

Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& targets) {
  return apply<ops::BceWithLogits>(logits, targets);
}

Tensor cross_entropy(const Tensor& logits, const Tensor& labels) {
  return apply<ops::CrossEntropy>(logits, labels);
}

Tensor mse(const Tensor& a, const Tensor& b) {
  ops::require_equal_shapes(a, b, "mse");
  return mean(square(sub(a, b)));
}

}  // namespace gradzoo
