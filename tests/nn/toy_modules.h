#pragma once

#include <vector>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/layers/module.h"
#include "support/short_names.h"

namespace gradzoo::test {

/// A module of one vector "w" with given values: its gradients can be given too, through sum(w * g).
struct Vector : Module {
  Tensor w;
  explicit Vector(const Doubles& values, DType dtype = DType::f64)
      : w(tensor(values, {static_cast<int64_t>(values.size())}, dtype)) {
    register_parameter("w", w);
  }
};

/// Two vectors of lengths that no 64-byte slice fits: "a.w" (3) and "b.w" (17).
struct Pair : Module {
  Vector a, b;
  explicit Pair(DType dtype = DType::f64) : a({1, -2, 3}, dtype), b(Doubles(17, 0.5), dtype) {
    register_module("a", a);
    register_module("b", b);
  }
};

/// Adds `gradient` to w.grad() by a backward pass.
inline void give_gradient(const Tensor& w, const Doubles& gradient) {
  const Tape tape;
  backward(sum(w * tensor(gradient, w.shape(), w.dtype())));
}

}  // namespace gradzoo::test
