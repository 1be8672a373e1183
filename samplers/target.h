#pragma once

#include <functional>
#include <limits>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"

/// Targets of Markov chains, given by a log-density or score. Chains are a batch, x (B, d), one per row.
namespace gradzoo {

/// Both conditionals of a bipartite binary model p(x, h): given one side, the units of the other are
/// independent (block Gibbs). Neither or both are set.
struct Conditionals {
  std::function<Tensor(const Tensor&)> hidden = {};   ///< x (B, n) of 0 and 1 -> P(h_j = 1 | x), (B, m)
  std::function<Tensor(const Tensor&)> visible = {};  ///< h (B, m) of 0 and 1 -> P(x_i = 1 | h), (B, n)
};

/// The interval of every coordinate of x; log-densities and scores are evaluated only inside.
struct Domain {
  double lower = -std::numeric_limits<double>::infinity();  ///< lower bound of every coordinate
  double upper = std::numeric_limits<double>::infinity();   ///< upper bound of every coordinate
};

/// A box, with bounds per axis or one number for all axes. Empty: unknown.
struct Extent {
  std::vector<double> low = {}, high = {};  ///< bounds, by axis
};
/// The range of noise levels at which a score is known.
struct NoiseRange {
  double least = 0;                                       ///< smallest standard deviation
  double most = std::numeric_limits<double>::infinity();  ///< largest standard deviation
};
/// log p and its gradient with respect to x of every row, both detached. log_prob is undefined if the target
/// has only a score.
struct PointValue {
  Tensor log_prob;  ///< (B)
  Tensor score;     ///< (B, d)
};

/// The distribution that chains sample: a log-density or a score is set. Rows must be independent of each
/// other.
struct Target {
  /// Log-density, (B, d) -> (B), up to a constant; differentiable if `score` is empty.
  std::function<Tensor(const Tensor&)> log_prob = {};
  std::function<Tensor(const Tensor&)> score = {};  ///< (B, d) -> (B, d) grad_x log p; empty: autodiff
  std::function<PointValue(const Tensor&)> value_and_score = {};  ///< both at once; empty: separate calls
  /// Starting points of chains, n -> (n, d); empty: unknown.
  std::function<Tensor(int64_t, Rng&)> initial = {};
  /// Score of p * N(0, sigma^2), (B, d), sigma -> (B, d).
  std::function<Tensor(const Tensor&, double)> noisy_score = {};
  NoiseRange noise_range = {};     ///< range of sigma in which noisy_score is known
  Conditionals conditionals = {};  ///< conditionals of a bipartite binary model
  bool binary = false;             ///< true: x contains 0 and 1, and a score has no meaning
  Domain domain = {};              ///< domain, at whose ends chains are reflected
  Extent extent = {};              ///< box with nearly all of the probability; empty: the domain, if bounded
  double data_noise = 0;           ///< standard deviation of Gaussian noise that the distribution includes
};

/// Returns log p and the score from one batched graph. Throws Error if the target has neither, if x (B, d) is
/// not a batch of rows, if the target's functions return a wrong shape or dtype for x, or if the gradient of
/// log_prob is needed but log_prob is not recorded on the tape.
PointValue value_and_score(const Target& target, const Tensor& x);
/// Returns only the score, detached: x (B, d) -> (B, d). Throws as value_and_score.
Tensor score_of(const Target& target, const Tensor& x);
/// Returns Target::noisy_score, detached and checked, if the target has it; otherwise the score, for any
/// sigma. Throws Error if sigma is outside Target::noise_range.
Tensor noisy_score_of(const Target& target, const Tensor& x, double sigma);
/// Returns only log p, detached: x (B, d) -> (B). Throws as value_and_score, and if log_prob is empty.
Tensor log_prob_of(const Target& target, const Tensor& x);
/// Throws Error naming the nearest known noise level if the target's scores are not known at noise sigma.
void check_noise(const Target& target, double sigma);
/// Returns true if the target has an extent, or a domain with two ends.
bool has_extent(const Target& target);

///@{
/// Requirements for a sampler's target, as bits. A sampler that does not need binary x needs continuous x.
inline constexpr unsigned kNeedsLogProb = 1, kNeedsScore = 2, kNeedsBinary = 4, kNeedsConditionals = 8,
                          kNeedsExtent = 16;
///@}

/// Returns "log-density", "score", "log-density and score", "log-density with an extent", "log-density of
/// binary x" or "pair of conditionals".
std::string_view needs_text(unsigned needs);
/// Returns the functions of a target as the end of a sentence: "a score but no log-density".
std::string_view target_text(const Target& target);

/// True if the target has a log-density, a score or conditionals.
bool is_given(const Target& target);
/// Returns why a sampler with these needs cannot use a target for which is_given() is true, for example
/// "needs a log-density, and the target has none"; "" if it can.
std::string_view unmet_need(unsigned needs, const Target& target);

}  // namespace gradzoo
