#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "models/ebm/ebm.h"
#include "models/eval/auroc.h"
#include "models/eval/psnr.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

constexpr double kNoiseGate = 0.99, kFashionGate = 0.95, kSigma = 0.3;
constexpr int64_t kImages = 2000;
constexpr const char* kEpochs = "epochs=4";

// Rows that look at the same model share it within a process.
Session& trained(const std::string& row, std::vector<std::string> assignments, const RowContext& context) {
  static std::map<std::vector<std::string>, std::unique_ptr<Session>> known;
  assignments.push_back(fmt::format("seed={}", context.seed));
  std::unique_ptr<Session>& session = known[assignments];
  if (!session) {
    session = train_model_resumably(row, "ebm", assignments, context);
    forget_checkpoints(row, context);
  }
  return *session;
}

Tensor pixels_of(const Examples& examples) {
  Rng unused(0);
  return read_examples(examples, 0, std::min(kImages, examples.count()), Pixels::grey, unused).x;
}

Tensor test_images(const DatasetOptions& data) { return pixels_of(Dataset(data).split(Split::test)); }

// Undefined where it is not installed.
Tensor fashion_images() {
  try {
    return test_images({.data = "fashion"});
  } catch (const Error&) {
    return {};
  }
}

std::string words(const Estimate& e) { return fmt::format("{:.4f} +- {:.4f}", e.value, e.standard_error); }

/// Scores of images, (n, pixels) -> (n): the higher, the less expected.
using AnomalyScore = FunctionRef<Tensor(const Tensor& images)>;

/// AUROC of each set against the images that are expected.
struct AnomalyFigures {
  Estimate noise;                   // uniform
  Estimate held_out;                // a digit that training left out
  std::optional<Estimate> fashion;  // Fashion-MNIST, where it is there
};

AnomalyFigures measure_anomalies(AnomalyScore score, const Tensor& expected, const Tensor& held_out,
                                 const Tensor& fashion, Rng& rng) {
  const Tensor own = score(expected);
  AnomalyFigures found{auroc(score(rand(expected.shape(), rng)), own), auroc(score(held_out), own), {}};
  if (fashion.defined()) found.fashion = auroc(score(fashion), own);
  return found;
}

/// The smallest AUROC over what it must be, .99 of noise and .95 of Fashion-MNIST: at least 1.
double anomaly_figure(const AnomalyFigures& found) {
  const double noise = found.noise.value / kNoiseGate;
  return found.fashion ? std::min(noise, found.fashion->value / kFashionGate) : noise;
}

/// What the row says beside its numbers.
struct AnomalyReport {
  AnomalyFigures figures;
  int64_t images;
  std::string others;
};
using AnomalyOf = AnomalyReport (*)(const RowContext& context);

AnomalyReport anomalies_of_energy(const RowContext& context) {
  Session& session = trained("ebm.anomaly", {kEpochs, "exclude=9"}, context);
  Rng rng(context.seed, "ledger/anomaly");
  const auto of = [&rng](Session& of_session) {
    return [&](const Tensor& x) { return of_session.model->abilities().anomaly({x, rng}).scores; };
  };
  const Tensor digits = pixels_of(session.data.evaluation_examples(Split::test)), fashion = fashion_images();
  const auto score = of(session);
  const AnomalyFigures found =
      measure_anomalies(score, digits, test_images({.subset = {.only = "9"}}), fashion, rng);
  std::string others = "Fashion-MNIST is not here (apt-get install dataset-fashion-mnist)";
  if (found.fashion) {
    Session& clothes = trained("ebm.anomaly.fashion", {kEpochs, "data=fashion"}, context);
    const auto score_of_clothes = of(clothes);
    const Estimate back = auroc(score_of_clothes(digits), score_of_clothes(fashion));
    others = fmt::format("Fashion-MNIST {}; the other way round, trained on Fashion-MNIST, digits get {}",
                         words(*found.fashion), words(back));
  }
  return {found, digits.dim(0), others};
}

RowResult anomaly(AnomalyOf anomalies, const RowContext& context) {
  const auto [found, images, others] = anomalies(context);
  return {anomaly_figure(found), AtLeast{1},
          fmt::format(
              "the default energy, {}, on the digits 0 to 8: AUROC of -f, {} test digits against as many "
              "others: uniform noise {} (at least {}); the held-out digit 9 {}; {} (at least {}); value: "
              "the smallest over "
              "its gate",
              kEpochs, images, words(found.noise), kNoiseGate, words(found.held_out), others, kFashionGate)};
}

/// Gain in PSNR of guesses from images (n, pixels) with Gaussian noise: dB, mean over the images.
struct DenoisingGain {
  Estimate before, gain;
};

DenoisingGain measure_denoising(FunctionRef<Tensor(const Tensor& noisy)> denoise, const Tensor& images,
                                double sigma, Rng& rng) {
  const Tensor noisy = images + randn_like(images, rng) * sigma;
  const Tensor before = psnr(noisy, images);
  return {mean_of_rows(before), mean_of_rows(psnr(denoise(noisy), images) - before)};
}

// The figures of a toy world: what is expected is dark, clothes are bright or dark, and a score is the mean
// times `sign`.
AnomalyReport toy_anomalies(double sign, bool bright_clothes) {
  Rng rng(1, "ledger/toy-anomalies");
  const Tensor dark = rand({200, 9}, rng) * 0.2, grey = rand({200, 9}, rng) * 0.3 + 0.05,
               bright = rand({200, 9}, rng) * 0.2 + 0.6;
  const auto score = [&](const Tensor& x) { return mean(x, 1) * sign; };
  return {measure_anomalies(score, dark, grey, bright_clothes ? bright : dark, rng), 200, ""};
}

struct DenoisingReport {
  DenoisingGain found;
  int64_t images;
};
using DenoisingOf = DenoisingReport (*)(const RowContext& context);

DenoisingReport denoising_by_energy(const RowContext& context) {
  Session& session = trained("ebm.denoise", {kEpochs}, context);
  Rng rng(context.seed, "ledger/denoise");
  const Tensor images = pixels_of(session.data.evaluation_examples(Split::test));
  const auto guess = [&](const Tensor& noisy) {
    return session.model->abilities().denoise({noisy, kSigma, rng, {0, 1}});
  };
  return {measure_denoising(guess, images, kSigma, rng), images.dim(0)};
}

RowResult denoise(DenoisingOf denoising, const RowContext& context) {
  const auto [found, images] = denoising(context);
  return {
      found.gain.value, AtLeast{5},
      fmt::format(
          "the default energy, {}, {} test digits with noise of {}: PSNR {:.2f} dB before, gain +- {:.2f}",
          kEpochs, images, kSigma, found.before.value, found.gain.standard_error)};
}

// Of images of black and white pixels.
DenoisingReport toy_denoising(Tensor (*guess)(const Tensor& noisy)) {
  Rng rng(2, "ledger/toy-denoising");
  const Tensor images = bernoulli(full({100, 400}, 0.5), rng);
  return {measure_denoising(guess, images, kSigma, rng), 100};
}

/// Means of f over images of each kind, with the tutorial's settings.
struct TutorialScores {
  double train, test, noise;
};
using ScoresOf = TutorialScores (*)(const RowContext& context);

constexpr const char* kTutorialSteps = "steps=9000";

TutorialScores scores_by_tutorial(const RowContext& context) {
  Session& session = trained("ebm.mnist_scores", {"preset=uva", kTutorialSteps}, context);
  Rng rng(context.seed, "ledger/mnist-scores");
  const auto mean_f = [&](const Tensor& x) {
    return -mean(session.model->abilities().anomaly({x, rng}).scores).item();
  };
  const Tensor test = pixels_of(session.data.evaluation_examples(Split::test));
  return {mean_f(pixels_of(session.data.train())), mean_f(test), mean_f(rand(test.shape(), rng))};
}

RowResult tutorial_scores(ScoresOf scores, const RowContext& context) {
  const TutorialScores f = scores(context);
  const bool near_zero = std::abs(f.train) < 1;
  return {near_zero ? f.noise : std::numeric_limits<double>::infinity(), AtMost{-10},
          fmt::format("preset=uva, {}: mean f of {} training digits {:.3f} (in [-1,1], else the value is "
                      "infinite), of test digits {:.3f}, of uniform noise the value (published: -17.9)",
                      kTutorialSteps, kImages, f.train, f.test)};
}

}  // namespace

std::vector<Row> ebm_image_rows() {
  Row tutorial =
      figure({"ebm.mnist_scores", "the tutorial's energy is near 0 on digits and far below on noise",
              "Lippe 2022 (UvA deep learning tutorial 8)", 1200},
             tutorial_scores, scores_by_tutorial,
             {{"an energy that is flat",
               [](const RowContext&) {
                 return TutorialScores{0, 0, 0};
               }},
              {"an energy that has drifted", [](const RowContext&) {
                 return TutorialScores{-30, -30, -48};
               }}});
  tutorial.resumes = true;
  return {
      std::move(tutorial),
      figure({"ebm.anomaly", "the energy tells what is no digit", "Du & Mordatch 2019", 400}, anomaly,
             anomalies_of_energy,
             {{"an energy of the wrong sign", [](const RowContext&) { return toy_anomalies(-1, true); }},
              {"clothes taken for digits", [](const RowContext&) { return toy_anomalies(1, false); }}}),
      figure({"ebm.denoise", "the slope of the energy takes noise off digits",
              "Saremi & Hyvarinen 2019 (the method); the gate is ours", 200},
             denoise, denoising_by_energy,
             {{"guesses that leave the noise",
               [](const RowContext&) { return toy_denoising([](const Tensor& noisy) { return noisy; }); }},
              {"noise cut off at black and white alone", [](const RowContext&) {
                 return toy_denoising([](const Tensor& noisy) { return clamp(noisy, 0, 1); });
               }}})};
}

}  // namespace gradzoo
