#pragma once

#include <functional>

#include "autograd/random.h"
#include "autograd/tensor.h"

/// Markov chains over any log-density or score: many chains as one batch, x (B, d), a chain a row.
namespace gradzoo {

/// What chains walk on. A log-density or a score is set. Rows must not interact.
struct Target {
  std::function<Tensor(const Tensor&)> log_prob =
      {};  // (B, d) -> (B), up to a constant; differentiable where score is empty
  std::function<Tensor(const Tensor&)> score = {};    // (B, d) -> (B, d): grad_x log p; empty: by autodiff
  std::function<Tensor(int64_t, Rng&)> initial = {};  // n -> (n, d): where chains start; empty: no idea of it
};

/// log p and its gradient in x of every row, by one batched graph, both detached. log_prob is undefined where
/// the target has a score alone.
struct PointValue {
  Tensor log_prob;  // (B)
  Tensor score;     // (B, d)
};
/// Throws Error where the target has neither, x (B, d) is not a batch of rows, or what the target's functions
/// give has another shape or dtype than x asks for.
PointValue value_and_score(const Target& target, const Tensor& x);
/// log p alone, detached: x (B, d) -> (B). Throws as value_and_score, and where there is no log_prob.
Tensor log_prob_of(const Target& target, const Tensor& x);

}  // namespace gradzoo
