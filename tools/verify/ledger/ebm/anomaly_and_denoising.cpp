#include <optional>

#include "gradzoo/models/ebm/ebm.h"
#include "gradzoo/models/eval/estimate.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "tools/verify/ledger/figure.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

constexpr double kNoiseGate = 0.99, kFashionGate = 0.95, kSigma = 0.3;
constexpr int64_t kImages = 2000;
constexpr const char* kOfDigits = "ebm epochs=4 seed=1";

Tensor pixels_of(const Examples& examples) {
  Rng unused(0);
  return read_examples(examples, 0, std::min(kImages, examples.count()), Pixels::grey, unused).x;
}

Tensor test_images(const DatasetOptions& data) { return pixels_of(Dataset(data).split(Split::test)); }

// Returns an undefined tensor if the dataset is missing.
Tensor fashion_images() {
  try {
    return test_images({.data = "fashion"});
  } catch (const Error&) {
    return {};
  }
}

/// Anomaly scores of images, (n, pixels) -> (n), high for unexpected images.
using AnomalyScore = FunctionRef<Tensor(const Tensor& images)>;

/// AUROC of each set of images against the expected images.
struct AnomalyFigures {
  Estimate noise;                   // uniform
  Estimate held_out;                // a digit that training left out
  std::optional<Estimate> fashion;  // Fashion-MNIST, if the dataset exists
};

AnomalyFigures measure_anomalies(AnomalyScore score, const Tensor& expected, const Tensor& held_out,
                                 const Tensor& fashion, Rng& rng) {
  const Tensor own = score(expected);
  AnomalyFigures found{auroc(score(rand(expected.shape(), rng)), own), auroc(score(held_out), own), {}};
  if (fashion.defined()) found.fashion = auroc(score(fashion), own);
  return found;
}

/// The AUROCs, the number of images, and a text about Fashion-MNIST.
struct AnomalyReport {
  AnomalyFigures figures;
  int64_t images;
  std::string others;
};
using AnomalyOf = AnomalyReport (*)(const RowContext& context);

AnomalyReport anomalies_of_energy(const RowContext& context) {
  Session& session = trained_once(std::string(kOfDigits) + " exclude=9", context);
  Rng rng(context.seed, "ledger/anomaly");
  const auto of = [&rng](Session& of_session) {
    return [&](const Tensor& x) { return of_session.model->abilities().anomaly({x, rng}).scores; };
  };
  const Tensor digits = pixels_of(session.data.evaluation_examples(Split::test)), fashion = fashion_images();
  const auto score = of(session);
  const AnomalyFigures found =
      measure_anomalies(score, digits, test_images({.subset = {.only = "9"}}), fashion, rng);
  std::string others = "Fashion-MNIST is missing (apt-get install dataset-fashion-mnist)";
  if (found.fashion) {
    Session& clothes = trained_once(std::string(kOfDigits) + " data=fashion", context);
    const auto score_of_clothes = of(clothes);
    const Estimate back = auroc(score_of_clothes(digits), score_of_clothes(fashion));
    others = fmt::format("Fashion-MNIST {} (at least {}); with an energy of Fashion-MNIST, digits {}",
                         with_error(*found.fashion), kFashionGate, with_error(back));
  }
  return {found, digits.dim(0), others};
}

/// Returns the smallest ratio of an AUROC to its minimum, 0.99 (noise) or 0.95 (Fashion-MNIST).
RowResult anomaly(AnomalyOf anomalies, const RowContext& context) {
  const auto [found, images, others] = anomalies(context);
  const double noise = found.noise.value / kNoiseGate;
  return {found.fashion ? std::min(noise, found.fashion->value / kFashionGate) : noise, AtLeast{1},
          fmt::format("{}, on the digits 0 to 8: AUROC of -f for {} test digits against as many other "
                      "images: uniform noise {} (at least {}); the held-out digit 9 {}; {}; "
                      "value: the smallest ratio of an AUROC to its minimum",
                      kOfDigits, images, with_error(found.noise), kNoiseGate, with_error(found.held_out),
                      others)};
}

constexpr QuantityInfo kPsnrBefore{"psnr_before", "dB"}, kGain{"gain", "dB"};

// Returns the PSNR of images (n, pixels) with Gaussian noise, and the gain from denoising, means, dB.
Quantities denoising_gain(FunctionRef<Tensor(const Tensor& noisy)> denoise, const Tensor& images, Rng& rng) {
  const Tensor noisy = images + randn_like(images, rng) * kSigma;
  const Tensor before = psnr(noisy, images);
  const Estimate gain = mean_of_rows(psnr(denoise(noisy), images) - before);
  return {quantity(kPsnrBefore, mean_of_rows(before).value, ""),
          quantity(kGain, gain.value, "", gain.standard_error)};
}

Quantities denoising_by_energy(Session& trained) {
  Rng rng(1, "ledger/denoise");
  const auto guess = [&](const Tensor& noisy) {
    return trained.model->abilities().denoise({noisy, kSigma, rng, {0, 1}});
  };
  return denoising_gain(guess, pixels_of(trained.data.evaluation_examples(Split::test)), rng);
}

// Returns the gain for images of black and white pixels.
Refused toy_denoising(Tensor (*guess)(const Tensor& noisy)) {
  return [guess] {
    Rng rng(2, "ledger/toy-denoising");
    const Tensor images = bernoulli(full({100, 400}, 0.5), rng);
    return std::vector<Quantities>{denoising_gain(guess, images, rng)};
  };
}

// Returns AUROCs of toy images: the expected ones are dark, clothes are bright or dark. The score is the mean
// times `sign`.
AnomalyReport toy_anomalies(double sign, bool bright_clothes) {
  Rng rng(1, "ledger/toy-anomalies");
  const Tensor dark = rand({200, 9}, rng) * 0.2, grey = rand({200, 9}, rng) * 0.3 + 0.05,
               bright = rand({200, 9}, rng) * 0.2 + 0.6;
  const auto score = [&](const Tensor& x) { return mean(x, 1) * sign; };
  return {measure_anomalies(score, dark, grey, bright_clothes ? bright : dark, rng), 200, ""};
}

constexpr QuantityInfo kOfTraining{"f_of_training_digits", ""}, kOfTest{"f_of_test_digits", ""},
    kOfNoise{"f_of_noise", ""};

Quantities scores(double training, double test, double noise) {
  return {quantity(kOfTraining, training, ""), quantity(kOfTest, test, ""), quantity(kOfNoise, noise, "")};
}

// Returns the means of f over images of each kind.
Quantities mean_scores(Session& trained) {
  Rng rng(1, "ledger/mnist-scores");
  const auto mean_f = [&](const Tensor& x) {
    return -mean(trained.model->abilities().anomaly({x, rng}).scores).item();
  };
  const Tensor test = pixels_of(trained.data.evaluation_examples(Split::test));
  const double of_training = mean_f(pixels_of(trained.data.train())), of_test = mean_f(test);
  return scores(of_training, of_test, mean_f(rand(test.shape(), rng)));
}

double score_of_noise(const Quantities& found) {
  return std::abs(found[kOfTraining].value) < 1 ? found[kOfNoise].value : INFINITY;
}

}  // namespace

Rows ebm_image_rows() {
  return {
      figure({"ebm.mnist_scores", "the mean of the tutorial's f is near 0 on digits and at most -10 on noise",
              "Lippe 2022 (UvA deep learning tutorial 8)", 1200},
             {{"ebm preset=uva steps=9000 seed=1", mean_scores}}, largest(score_of_noise), AtMost{-10},
             "means of f over 2000 training digits (outside of [-1,1] the value is infinite), 2000 test "
             "digits and uniform noise; value: the mean over noise (published: -17.9)",
             {kOfTraining, kOfTest},
             {{"an energy that is flat", measured_as({scores(0, 0, 0)})},
              {"an energy that has drifted", measured_as({scores(-30, -30, -48)})}}),
      row_of<AnomalyOf>(
          RowKind::figure,
          {"ebm.anomaly", "the energy separates digits from images that are not digits", "Du & Mordatch 2019",
           400},
          anomaly, anomalies_of_energy,
          {{"an energy of the wrong sign", [](auto&) { return toy_anomalies(-1, true); }},
           {"clothes that are scored as digits", [](auto&) { return toy_anomalies(1, false); }}}),
      figure({"ebm.denoise",
              "a step along the energy's gradient raises the PSNR of noisy digits by at least 5 dB",
              "Saremi & Hyvarinen 2019 (the method); the bound is ours", 200},
             {{kOfDigits, denoising_by_energy, "", true}}, least(kGain), AtLeast{5},
             "the default energy, 2000 test digits, noise of standard deviation 0.3; value: gain in PSNR, dB",
             {kPsnrBefore, kGain},
             {{"estimates that keep the noise", toy_denoising([](auto& noisy) { return noisy; })},
              {"noise that is only clamped to black and white",
               toy_denoising([](auto& noisy) { return clamp(noisy, 0, 1); })}})};
}

}  // namespace gradzoo
