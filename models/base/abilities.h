#pragma once

#include <functional>
#include <optional>
#include <string>

#include "gradzoo/autograd/random.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/samplers/ais.h"
#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// Anomaly scores of examples.
struct AnomalyScores {
  Tensor scores;          ///< (n): the higher, the less expected
  std::string statistic;  ///< meaning of the scores
};

/// Scores examples x (n, d) by a target:
/// - with a log-density: -log p(x) up to its constant; if it is a density of noisy data, the mean over draws
///   of the noise;
/// - with only a score of noisy data: the error after such noise was added and removed again,
///   |D(x + t z) - x|^2, which is the loss of denoising score matching;
/// - with only a score of clean data: |s(x)|^2.
/// Throws Error if the target has neither a log-density nor a score.
AnomalyScores anomaly_by(const Target& target, const Tensor& x, Rng& rng);

/// The log-probability of examples under a model.
struct LogProb {
  /// Maps examples (n, elements), in the units of training, to (n) nats. Each row has its own random draws.
  std::function<Tensor(const Tensor& examples, Rng& rng)> of;
  std::string meaning;         ///< meaning of a value: "log p(x), exact"
  bool up_to_constant = true;  ///< true if the value is log p(x) plus an unknown constant
  bool is_bound = false;       ///< true if the mean over draws is a lower bound
  int64_t draws = 0;           ///< number of draws for a stable mean; 0: no draws
};

/// Returns log p(x) + log Z from a target's log-density; for noisy data, the mean over the noise.
LogProb log_prob_by(const Target& target);

/// Receives the share of a long computation that is done, in [0, 1].
using ShareDone = std::function<void(double)>;

/// A request to complete images.
struct InpaintRequest {
  Tensor images;        ///< (n, pixels) in [0,1]
  Tensor known;         ///< (pixels): 1 for known pixels, else 0
  Rng& rng;             ///< random stream of the draws
  ShareDone done = {};  ///< progress callback
};

/// A request to remove Gaussian noise from examples.
struct DenoiseRequest {
  Tensor examples;      ///< (n, elements)
  double sigma;         ///< standard deviation of the noise
  Rng& rng;             ///< random stream of the draws
  Domain domain = {};   ///< interval of clean values and estimates: {0, 1} for pixels
  ShareDone done = {};  ///< progress callback
};

/// A request to interpolate between the codes of examples.
struct InterpolateRequest {
  Batch ends;  ///< pairs 0 and 1, 2 and 3, ...; a pair shares its label if the model is conditional
  Rng& rng;    ///< random stream of the draws
};

/// A request for the anomaly scores of examples.
struct AnomalyRequest {
  Tensor examples;      ///< (n, elements), in the units of training
  Rng& rng;             ///< random stream of the draws
  ShareDone done = {};  ///< progress callback
};

/// The abilities of a model besides training. An empty field is a missing ability.
struct Abilities {
  bool samples = true;  ///< true if sample() can draw samples
  /// The target of Markov chains: a log-density, a score, or neither.
  Target target = {};
  /// The path to the normalising constant, if annealing can estimate it.
  std::optional<Partition> partition = {};
  /// Draws the unknown pixels of images given the known ones: (n, pixels) in [0,1].
  std::function<Tensor(const InpaintRequest&)> inpaint = {};
  /// Estimates the examples without their noise: (n, elements).
  std::function<Tensor(const DenoiseRequest&)> denoise = {};
  /// Computes the anomaly score of each example.
  std::function<AnomalyScores(const AnomalyRequest&)> anomaly = {};
  /// Computes the log-probability of each example.
  std::optional<LogProb> log_prob = {};
  /// Maps examples (n, elements) to codes (n, codes), if the model has an encoder. Deterministic.
  std::function<Tensor(const Tensor& examples)> encode = {};
  /// Maps codes (n, codes) to the mean of p(x|code), (n, elements), if the model has a decoder.
  std::function<Tensor(const Tensor& codes)> decode = {};
  /// Draws ten images between the two codes of each pair, (10 pairs, pixels) in [0,1], if the model has
  /// codes. Without an encoder the end codes are drawn. The ends have labels iff the model is conditional.
  std::function<Tensor(const InterpolateRequest&)> interpolate = {};
  /// True if the target is a density given a label; with_consequences() then derives nothing from it.
  bool needs_label = false;
};

/// Adds to the model's own abilities those that follow from its target, if the model has not set them:
/// - denoising, from a target that `denoised` accepts (samplers/denoised.h);
/// - anomaly scores, from a log-density or a score (anomaly_by);
/// - log-probabilities, from a log-density (log_prob_by);
/// - completion of images, from a target that `filled` accepts (samplers/filled.h).
/// Requests are checked and split into parts that fit into memory, and results are clamped to their domain.
Abilities with_consequences(Abilities own);

/// Returns the reason why a model cannot `verb`, as a clause: "has neither a score nor an energy to denoise
/// by".
std::string lacks_target(const Abilities& abilities, const std::string& verb);

}  // namespace gradzoo
