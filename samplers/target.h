#pragma once

#include <functional>

#include "autograd/function_ref.h"
#include "autograd/tensor.h"

/// Markov chains over any log-density or score: many chains as one batch, x (B, d), a chain a row.
namespace gradzoo {

/// What chains walk on. At least one is set. Rows must not interact.
struct Target {
  std::function<Tensor(const Tensor&)> log_prob = {};  // (B, d) -> (B), up to a constant, differentiable
  std::function<Tensor(const Tensor&)> score = {};     // (B, d) -> (B, d): grad_x log p; empty: by autodiff
};

/// log p and its gradient in x of every row, by one batched graph, both detached. log_prob is undefined where
/// the target has a score alone.
struct PointValue {
  Tensor log_prob;  // (B)
  Tensor score;     // (B, d)
};
PointValue value_and_score(const Target& target, const Tensor& x);

}  // namespace gradzoo
