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
  std::string statistic;  ///< what they are
};

/// By a target, x (n, d):
/// - -log p(x) up to its constant, of a density of noisy data the mean over draws of that noise;
/// - with only a score, of noisy data: the error after such noise was added and removed again,
///   |D(x + t z) - x|^2, which is the loss of denoising score matching; without noise |s(x)|^2.
/// Throws Error if the target has none of these.
AnomalyScores anomaly_by(const Target& target, const Tensor& x, Rng& rng);

/// How likely examples are to a model, on the scale of log p(x).
struct LogProb {
  /// (n, numbers), as training sees them -> (n) nats; each row draws its own numbers.
  std::function<Tensor(const Tensor& examples, Rng& rng)> of;
  std::string meaning;         ///< of a number: "log p(x), exact"
  bool up_to_constant = true;  ///< log p(x) plus a number that is not known, the same for all examples
  bool is_bound = false;       ///< a lower bound, in the mean over draws
  int64_t draws = 0;           ///< how many make a steady mean; 0: nothing is drawn
};

/// By a log-density as a target has it: log p(x) + log Z, of noisy data the mean over that noise.
LogProb log_prob_by(const Target& target);

/// Receives the share of a long computation that is done, in [0, 1].
using ShareDone = std::function<void(double)>;

/// Which images are to be completed.
struct InpaintRequest {
  Tensor images;        ///< (n, pixels) in [0,1]
  Tensor known;         ///< (pixels): 1 where the images are to be believed, else 0
  Rng& rng;             ///< of what is drawn
  ShareDone done = {};  ///< called as it goes on
};

/// Which examples are to be freed of Gaussian noise.
struct DenoiseRequest {
  Tensor examples;      ///< (n, numbers)
  double sigma;         ///< standard deviation of their noise
  Rng& rng;             ///< of what is drawn
  Domain domain = {};   ///< where numbers without noise lie, {0, 1} for pixels: so does the guess
  ShareDone done = {};  ///< called as it goes on
};

/// Between the codes of which examples to go.
struct InterpolateRequest {
  Batch ends;  ///< 0 and 1, 2 and 3, ...; the two of a pair of one label, of a model that is conditional
  Rng& rng;    ///< of what is drawn
};

/// Which examples are to be judged.
struct AnomalyRequest {
  Tensor examples;      ///< (n, numbers), as training sees them
  Rng& rng;             ///< of what is drawn
  ShareDone done = {};  ///< called as it goes on
};

/// What a model can do beside learning. An empty field is what it cannot.
struct Abilities {
  bool samples = true;  ///< sample() draws
  /// What Markov chains may walk on: a log-density, a score, or neither.
  Target target = {};
  /// What is known of the normalising constant, where annealing reaches it.
  std::optional<Partition> partition = {};
  /// The images with what is not known of them drawn given what is: (n, pixels) in [0,1].
  std::function<Tensor(const InpaintRequest&)> inpaint = {};
  /// A guess of the examples without their noise: (n, numbers).
  std::function<Tensor(const DenoiseRequest&)> denoise = {};
  /// How little each example is expected.
  std::function<AnomalyScores(const AnomalyRequest&)> anomaly = {};
  /// How likely each example is.
  std::optional<LogProb> log_prob = {};
  /// Codes of examples (n, numbers): (n, codes), of a model that has an encoder; no draws, so that equal
  /// examples have equal codes.
  std::function<Tensor(const Tensor& examples)> encode = {};
  /// What codes (n, codes) stand for: (n, numbers), the mean of p(x|code), of a model that has a decoder.
  std::function<Tensor(const Tensor& codes)> decode = {};
  /// A row of ten images on the way from one code to another for each pair, (10 pairs, pixels) in [0,1], by a
  /// model that has codes; one that finds none of an image draws its own. The ends have labels iff the model
  /// is conditional.
  std::function<Tensor(const InterpolateRequest&)> interpolate = {};
  /// The target is a density given a label: what follows from a target without one does not follow here.
  bool needs_label = false;
};

/// The model's own abilities, and what follows from its target where the model knows no better:
/// - of what `denoised` takes (samplers/denoised.h), guesses without noise;
/// - of a log-density or a score, anomaly scores (anomaly_by);
/// - of a log-density, what log_prob_by makes of it;
/// - of what `filled` takes (samplers/filled.h), the hidden part of images.
/// Requests are checked, cut into parts that a network has room for, and their results kept in their domain.
Abilities with_consequences(Abilities own);

/// What a model lacks that is to `verb` ("denoise") by its target, as a clause: "has neither a score nor an
/// energy to denoise by".
std::string lacks_target(const Abilities& abilities, const std::string& verb);

}  // namespace gradzoo
