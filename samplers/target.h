#pragma once

#include <functional>
#include <limits>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"

/// Markov chains over any log-density or score: many chains as one batch, x (B, d), a chain a row.
namespace gradzoo {

/// Both conditionals of a bipartite binary model p(x, h): given one side, the units of the other are
/// independent (block Gibbs). Neither or both are set.
struct Conditionals {
  std::function<Tensor(const Tensor&)> hidden = {};   ///< x (B, n) of 0 and 1 -> P(h_j = 1 | x), (B, m)
  std::function<Tensor(const Tensor&)> visible = {};  ///< h (B, m) of 0 and 1 -> P(x_i = 1 | h), (B, n)
};

/// The interval of every coordinate of x; log-densities and scores are evaluated only inside.
struct Domain {
  double lower = -std::numeric_limits<double>::infinity();  ///< of every coordinate
  double upper = std::numeric_limits<double>::infinity();   ///< of every coordinate
};

/// A rectangle: its ends on each axis, or one number for all axes. Empty: none.
struct Extent {
  std::vector<double> low = {}, high = {};  ///< by axis
};

/// Standard deviations of noise, the smallest and the largest.
struct NoiseRange {
  double least = 0;                                       ///< is known
  double most = std::numeric_limits<double>::infinity();  ///< is known as well
};

/// log p and its gradient in x of every row, both detached. log_prob is undefined if
/// the target has only a score.
struct PointValue {
  Tensor log_prob;  ///< (B)
  Tensor score;     ///< (B, d)
};

/// What chains sample: a log-density or a score is set. Rows must be independent of each other.
struct Target {
  std::function<Tensor(const Tensor&)> log_prob =
      {};  ///< (B, d) -> (B), up to a constant; differentiable where score is empty
  std::function<Tensor(const Tensor&)> score = {};  ///< (B, d) -> (B, d): grad_x log p; empty: by autodiff
  std::function<PointValue(const Tensor&)> value_and_score = {};  ///< both at once; empty: from those above
  /// n -> (n, d): where chains start; empty: no idea of it
  std::function<Tensor(int64_t, Rng&)> initial = {};
  std::function<Tensor(const Tensor&, double)> noisy_score =
      {};                          ///< (B, d), sigma -> (B, d): the score of p * N(0, sigma^2)
  NoiseRange noise_range = {};     ///< of noisy_score: for which sigma it is known
  Conditionals conditionals = {};  ///< of a bipartite binary model
  bool binary = false;             ///< x is made of 0 and 1: log_prob is of a table, its score means nothing
  Domain domain = {};              ///< chains are reflected where they would leave it
  Extent extent = {};              ///< nearly all of the probability lies inside, and chains may leave it;
                                   ///< empty: not known but for the domain
  /// standard deviation of Gaussian noise that is part of the law: it is that of data and such noise
  double data_noise = 0;
};

/// By one batched graph. Throws Error if the target has neither, if x (B, d) is not a batch of rows, if the
/// target's functions give a wrong shape or dtype for x, and if the gradient of log_prob is needed but
/// log_prob is not recorded on the tape.
PointValue value_and_score(const Target& target, const Tensor& x);
/// Only the score, detached: x (B, d) -> (B, d). Throws as value_and_score.
Tensor score_of(const Target& target, const Tensor& x);
/// Target::noisy_score, detached and checked, if the target has it; otherwise the score, for any sigma.
/// Throws Error for a sigma outside Target::noise_range.
Tensor noisy_score_of(const Target& target, const Tensor& x, double sigma);
/// Only log p, detached: x (B, d) -> (B). Throws as value_and_score, and if there is no log_prob.
Tensor log_prob_of(const Target& target, const Tensor& x);

/// Throws Error if the target's scores are not known at noise of sigma, naming the nearest that are.
void check_noise(const Target& target, double sigma);

/// Whether the target has an extent, or a domain with two ends.
bool has_extent(const Target& target);

///@{
/// What a sampler needs of a target, as bits. A sampler that does not need binary x needs continuous x.
inline constexpr unsigned kNeedsLogProb = 1, kNeedsScore = 2, kNeedsBinary = 4, kNeedsConditionals = 8,
                          kNeedsExtent = 16;
///@}

/// "log-density", "score", "log-density and score", "log-density with an extent", "log-density of
/// binary x" or "pair of conditionals".
std::string_view needs_text(unsigned needs);

/// What a target has, as the end of a sentence: "a score but no log-density".
std::string_view target_text(const Target& target);

/// True if the target has a log-density, a score or conditionals.
bool is_given(const Target& target);
/// Returns why a sampler with these needs cannot use a target for which is_given() is true, for example
/// "needs a log-density, and the target has none"; "" if it can.
std::string_view unmet_need(unsigned needs, const Target& target);

}  // namespace gradzoo
