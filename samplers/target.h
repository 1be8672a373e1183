#pragma once

#include <functional>
#include <limits>

#include "autograd/random.h"
#include "autograd/tensor.h"

/// Markov chains over any log-density or score: many chains as one batch, x (B, d), a chain a row.
namespace gradzoo {

/// Both conditionals of a bipartite binary model p(x, h): given one side, the units of the other are
/// independent (block Gibbs). Neither or both are set.
struct Conditionals {
  std::function<Tensor(const Tensor&)> hidden = {};   // x (B, n) of 0 and 1 -> P(h_j = 1 | x), (B, m)
  std::function<Tensor(const Tensor&)> visible = {};  // h (B, m) of 0 and 1 -> P(x_i = 1 | h), (B, n)
};

/// Where every number of x lies; log-densities and scores are asked for inside alone.
struct Domain {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
};

/// What chains walk on. A log-density or a score is set. Rows must not interact.
struct Target {
  std::function<Tensor(const Tensor&)> log_prob =
      {};  // (B, d) -> (B), up to a constant; differentiable where score is empty
  std::function<Tensor(const Tensor&)> score = {};    // (B, d) -> (B, d): grad_x log p; empty: by autodiff
  std::function<Tensor(int64_t, Rng&)> initial = {};  // n -> (n, d): where chains start; empty: no idea of it
  std::function<Tensor(const Tensor&, double)> noisy_score =
      {};                          // (B, d), sigma -> (B, d): the score of p * N(0, sigma^2)
  Conditionals conditionals = {};  // of a bipartite binary model
  bool binary = false;             // x is made of 0 and 1: log_prob is of a table, its score means nothing
  Domain domain = {};              // chains are reflected where they would leave it
  double data_noise = 0;           // standard deviation of Gaussian noise that is part of the law: it is that
                                   // of data and such noise
};

/// log p and its gradient in x of every row, by one batched graph, both detached. log_prob is undefined where
/// the target has a score alone.
struct PointValue {
  Tensor log_prob;  // (B)
  Tensor score;     // (B, d)
};
/// Throws Error where the target has neither, x (B, d) is not a batch of rows, what the target's functions
/// give has another shape or dtype than x asks for, and where log_prob, asked for its gradient, varies
/// without the tape's knowledge.
PointValue value_and_score(const Target& target, const Tensor& x);
/// The score alone, detached: x (B, d) -> (B, d). Throws as value_and_score.
Tensor score_of(const Target& target, const Tensor& x);
/// Target::noisy_score, detached and checked, where the target has it; else the score, whatever sigma is.
Tensor noisy_score_of(const Target& target, const Tensor& x, double sigma);
/// log p alone, detached: x (B, d) -> (B). Throws as value_and_score, and where there is no log_prob.
Tensor log_prob_of(const Target& target, const Tensor& x);

}  // namespace gradzoo
