#include "tools/ledger/ebm/image_figures.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "models/ebm/ebm.h"
#include "models/eval/auroc.h"
#include "models/eval/psnr.h"
#include "tools/ledger/train_model.h"

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

RowResult anomaly(const RowContext& context) {
  Session& session = trained("ebm.anomaly", {kEpochs, "exclude=9"}, context);
  Rng rng(context.seed, "ledger/anomaly");
  const auto of = [&rng](Session& of_session) {
    return [&](const Tensor& x) { return of_session.model->anomaly_scores({x, rng}).scores; };
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
    others =
        fmt::format("Fashion-MNIST {}; the other way round, trained on Fashion-MNIST, digits are told {}",
                    words(*found.fashion), words(back));
  }
  return {
      anomaly_figure(found), AtLeast{1},
      fmt::format("the default energy, {}, on the digits 0 to 8: AUROC of -f, {} test digits against as many "
                  "others: uniform noise {} (at least {}); the held-out digit 9 {}; {} (at least {}); value: "
                  "the smallest over "
                  "its gate",
                  kEpochs, digits.dim(0), words(found.noise), kNoiseGate, words(found.held_out), others,
                  kFashionGate)};
}

RowResult denoise(const RowContext& context) {
  Session& session = trained("ebm.denoise", {kEpochs}, context);
  Rng rng(context.seed, "ledger/denoise");
  const Tensor images = pixels_of(session.data.evaluation_examples(Split::test));
  const auto guess = [&](const Tensor& noisy) {
    return session.model->denoise({noisy, kSigma, rng, {0, 1}});
  };
  const DenoisingGain found = measure_denoising(guess, images, kSigma, rng);
  return {
      found.gain.value, AtLeast{5},
      fmt::format(
          "the default energy, {}, {} test digits with noise of {}: PSNR {:.2f} dB before, gain +- {:.2f}",
          kEpochs, images.dim(0), kSigma, found.before.value, found.gain.standard_error)};
}

}  // namespace

AnomalyFigures measure_anomalies(AnomalyScore score, const Tensor& expected, const Tensor& held_out,
                                 const Tensor& fashion, Rng& rng) {
  const Tensor own = score(expected);
  AnomalyFigures found{auroc(score(rand(expected.shape(), rng)), own), auroc(score(held_out), own), {}};
  if (fashion.defined()) found.fashion = auroc(score(fashion), own);
  return found;
}

double anomaly_figure(const AnomalyFigures& found) {
  const double noise = found.noise.value / kNoiseGate;
  return found.fashion ? std::min(noise, found.fashion->value / kFashionGate) : noise;
}

DenoisingGain measure_denoising(FunctionRef<Tensor(const Tensor& noisy)> denoise, const Tensor& images,
                                double sigma, Rng& rng) {
  const Tensor noisy = images + randn_like(images, rng) * sigma;
  const Tensor before = psnr(noisy, images);
  return {mean_of_rows(before), mean_of_rows(psnr(denoise(noisy), images) - before)};
}

std::vector<Row> ebm_image_figure_rows() {
  return {{"ebm.anomaly", RowKind::figure, "the energy tells what is no digit", "Du & Mordatch 2019", false,
           400, anomaly},
          {"ebm.denoise", RowKind::figure, "the slope of the energy takes noise off digits",
           "Saremi & Hyvarinen 2019 (the method); the gate is ours", false, 200, denoise}};
}

}  // namespace gradzoo
