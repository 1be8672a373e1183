#include <map>
#include <memory>

#include <fmt/format.h>

#include "models/diffusion/diffusion.h"
#include "models/pictures/class_rows.h"
#include "runs/uses/sample_quality.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

using Assignments = std::vector<std::string>;

/// What a row looks at: a model by its defaults and these, and so many samples drawn with those options.
struct Drawn {
  std::string row, model;
  Assignments assignments;
  int64_t samples = 10'000;
  Assignments sampling = {};
  std::string data = "mnist";
};

// Rows that look at the same model share it within a process.
std::shared_ptr<Session> trained_once(const Drawn& drawn, const RowContext& context) {
  static std::map<Assignments, std::shared_ptr<Session>> known;
  Assignments all = drawn.assignments;
  all.push_back(fmt::format("seed={}", context.seed));
  if (drawn.data != "mnist") all.push_back("data=" + drawn.data);
  Assignments key = all;
  key.push_back(drawn.model);
  if (const auto found = known.find(key); found != known.end()) return found->second;
  const std::shared_ptr<Session> trained = train_model_resumably(drawn.row, drawn.model, all, context);
  forget_checkpoints(drawn.row, context);
  return known.emplace(std::move(key), trained).first->second;
}

/// What the classifier of the data at hand says of samples.
SampleQuality measured(const Drawn& drawn, const RowContext& context) {
  Session& trained = *trained_once(drawn, context);
  const Examples test = trained.data.evaluation_examples(Split::test);
  const SampleMetrics metrics(*own_classifier({.data = trained.data.name()}, trained.data, true, nullptr),
                              test, trained.data.train(), Pixels::grey);
  Rng rng(context.seed, "ledger/samples");
  const Tensor asked = any_labels(drawn.samples, trained.model->labels());
  return metrics.measure(
      measured_samples(*trained.model, drawn.samples, metrics.pixels(), rng, asked, drawn.sampling), asked);
}

// The textbook's: codes from N(0, I), Adam at 1e-3.
SampleQuality mlp_vae(const RowContext& context, int64_t samples, const std::string& data = "mnist") {
  return measured({"vae.fid", "vae", {"lr=0.001", "schedule=constant"}, samples, {"prior=normal"}, data},
                  context);
}

std::string words(const Estimate& e) { return fmt::format("{:.1f} +- {:.1f}", e.value, e.standard_error); }

// The model's distance over the VAE's.
RowResult share_of_vae(const Drawn& drawn, double gate, const std::string& setting,
                       const RowContext& context) {
  const SampleQuality found = measured(drawn, context), vae = mlp_vae(context, drawn.samples, drawn.data);
  return {found.frechet.value / vae.frechet.value, AtMost{gate},
          fmt::format("{}, seed {}, {} samples: digit-FID {}, the MLP VAE's {}; called with p > 0.9: {:.3f}",
                      setting, context.seed, drawn.samples, words(found.frechet), words(vae.frechet),
                      found.statistics.confident.value)};
}

// Share of samples that the classifier calls what was asked for.
RowResult agreement(const Drawn& drawn, double gate, const std::string& setting, const RowContext& context) {
  const SampleQuality found = measured(drawn, context);
  return {found.statistics.as_asked->value, AtLeast{gate},
          fmt::format("{}, seed {}, {} samples, as many of each label: +- {:.4f}", setting, context.seed,
                      drawn.samples, found.statistics.as_asked->standard_error)};
}

RowResult vae_fid(const RowContext& context) {
  const SampleQuality found = mlp_vae(context, 10'000);
  return {found.frechet.value, AtMost{720},
          fmt::format(
              "784-500-20, 10 epochs of 55k grey, seed {}, 10,000 samples against the test set: +- {:.1f}; "
              "called with p > 0.9: {:.3f}",
              context.seed, found.frechet.standard_error, found.statistics.confident.value)};
}

// The same share, and the distance of samples that are drawn by another option, which `otherwise` names.
RowResult share_beside(const Drawn& drawn, double gate, const std::string& setting, const std::string& option,
                       const std::string& otherwise, const RowContext& context) {
  RowResult result = share_of_vae(drawn, gate, setting, context);
  Drawn other = drawn;
  other.sampling = {option};
  const SampleQuality found = measured(other, context);
  result.setting += fmt::format("; {} digit-FID {}, called {:.3f}", otherwise, words(found.frechet),
                                found.statistics.confident.value);
  return result;
}

// The default VAE's samples are of its mixture; N(0, I) under the same decoder is said beside it.
RowResult mixture_fid(const Drawn& drawn, double gate, const std::string& setting,
                      const RowContext& context) {
  return share_beside(drawn, gate, setting, "prior=normal", "codes from N(0, I):", context);
}

RowResult vae_mixture_fid(const RowContext& context) {
  return mixture_fid({"vae.mixture_fid", "vae", {}}, 0.15, "784-500-20, 10 epochs of 55k, 200 Gaussians",
                     context);
}

RowResult vae_conv_mixture_fid(const RowContext& context) {
  return mixture_fid({"vae.conv_mixture_fid", "vae", {"net=conv"}}, 0.06,
                     "convolutions of 32 and 64 channels, 20 epochs of 55k, 200 Gaussians, aim .04", context);
}

RowResult flow_fid(const RowContext& context) {
  return share_of_vae(
      {"flow_matching.mnist_fid", "flow-matching", {"epochs=8"}}, 0.06,
      "the default U-Net, by class and ten clusters of each, 8 epochs of 55k, guidance 1.25, 20 Euler steps",
      context);
}

RowResult unconditional_fid(const RowContext& context) {
  return share_of_vae(
      {"flow_matching.unconditional_fid", "flow-matching", {"epochs=8", "classes=clusters:100"}}, 0.10,
      "the default U-Net, clusters in place of labels, 8 epochs of 55k, guidance 1.5, 20 Euler steps, aim "
      ".05",
      context);
}

RowResult flow_agreement(const RowContext& context) {
  return agreement({"flow_matching.conditional", "flow-matching", {"epochs=8"}}, 0.97,
                   "the default U-Net, 8 epochs of 55k, guidance 1.25, 20 Euler steps", context);
}

// Guidance 0 asks for no label.
RowResult ddpm_fid(const RowContext& context) {
  return share_beside(
      {"ddpm.mnist_fid", "ddpm", {}}, 0.08,
      "the default U-Net, by class and ten clusters of each, 10 epochs of 55k, guidance 1.25, "
      "50 steps of ddim",
      "guidance=0", "without labels", context);
}

RowResult ddpm_bits(const RowContext& context) {
  Session& trained = *trained_once({"ddpm.mnist_fid", "ddpm", {}}, context);
  const Quantity bits = evaluate_on_test(trained)[kBitsPerDim];
  return {bits.value, AtMost{2.5},
          fmt::format("10 epochs of 55k dequantised, 200 test images, 48 steps of Runge and Kutta's fourth "
                      "order, seed {}: +- {:.3f}",
                      context.seed, bits.error)};
}

RowResult ncsn_fid(const RowContext& context) {
  return share_of_vae({"ncsn.mnist_fid", "ncsn", {}, 2'000}, 0.5,
                      "the default U-Net by class and ten clusters of each, guidance 1.25, 10 epochs of 55k, "
                      "annealed Langevin, "
                      "aim .1",
                      context);
}

// Of the classifier of these data: no scale of digits.
RowResult fashion_fid(const RowContext& context) {
  return share_of_vae({"ncsn.fashion_fid", "ncsn", {"classes=labels"}, 1'000, {}, "fashion"}, 1.0,
                      "Fashion-MNIST by its own classifier, the default U-Net by class, 10 epochs of 55k, "
                      "annealed Langevin",
                      context);
}

RowResult dae_fid(const RowContext& context) {
  return share_of_vae({"dae.mnist_fid", "dae", {}}, 1.5, "the default perceptron, one noise of .5, 10 epochs",
                      context);
}

RowResult dde_fid(const RowContext& context) {
  return share_of_vae({"dde.mnist_fid", "dde", {"generator=true"}}, 1.0,
                      "the default generator, 8,000 steps down densities of 10,000, aim .5", context);
}

RowResult dde_levels_fid(const RowContext& context) {
  return share_of_vae({"dde.levels_fid", "dde", {}, 2'000}, 0.75,
                      "the default U-Net, 6 epochs of 55k, 100 steps from noise of 3 to .05, aim .3",
                      context);
}

RowResult realnvp_fid(const RowContext& context) {
  return share_of_vae({"realnvp.mnist_fid", "realnvp", {}}, 0.6, "the default flow, 4 epochs of 55k",
                      context);
}

RowResult dcgan_fid(const RowContext& context) {
  return share_of_vae({"gan.dcgan_fid", "gan", {"net=dcgan"}}, 1.0,
                      "convolutions of 64 and 128 channels, the default 10 epochs of 55k", context);
}

RowResult negative_augmentation(const RowContext& context) {
  const Assignments small = {"net=dcgan", "channels=16", "epochs=2"};
  Assignments exchanged = small;
  exchanged.emplace_back("negative_augmentation=jigsaw");
  const SampleQuality without = measured({"gan.negative_augmentation.without", "gan", small, 2'000}, context),
                      with = measured({"gan.negative_augmentation", "gan", exchanged, 2'000}, context);
  return {
      with.frechet.value / without.frechet.value, AtMost{1.2},
      fmt::format("convolutions of 16 and 32 channels, 2 epochs of 55k, seed {}, 2,000 samples: digit-FID {} "
                  "with jigsaws as a fifth of the fakes, {} without; called with p > 0.9: {:.3f} and {:.3f}; "
                  "value: the first over the second",
                  context.seed, words(with.frechet), words(without.frechet), with.statistics.confident.value,
                  without.statistics.confident.value)};
}

RowResult ebm_fid(const RowContext& context) {
  return share_of_vae({"ebm.mnist_fid", "ebm", {"epochs=4"}}, 1.0,
                      "the default energy, 4 epochs of 55k, chains of 400 transitions from noise, aim .4",
                      context);
}

RowResult conditional_accuracy(const RowContext& context) {
  return agreement({"conditional.accuracy", "gan", {"conditional=true", "epochs=4"}}, 0.95,
                   "the default GAN, conditional, 4 epochs of 55k", context);
}

Row digit_figure(const char* name, const char* claim, const char* source, double seconds,
                 RowResult (*measure)(const RowContext&)) {
  return figure({name, claim, source, seconds}, measure, true);
}

}  // namespace

std::vector<Row> image_figure_rows() {
  return {
      digit_figure("vae.fid", "the Frechet distance of the MLP VAE's digits, what others are a share of",
                   "Heusel et al. 2017, by a classifier of digits", 60, vae_fid),
      digit_figure("vae.mixture_fid",
                   "codes from a mixture fitted to q(z) bring the MLP VAE's digits to .15 of that distance",
                   "Ghosh et al. 2020; Dai & Wipf 2019", 80, vae_mixture_fid),
      digit_figure("vae.conv_mixture_fid",
                   "codes from a mixture bring the digits of a VAE of convolutions to .06 of that distance",
                   "Ghosh et al. 2020; Dai & Wipf 2019", 300, vae_conv_mixture_fid),
      digit_figure("flow_matching.mnist_fid",
                   "digits of flow matching by class are at most .06 of the VAE's distance from real ones",
                   "Lipman et al. 2023", 420, flow_fid),
      digit_figure(
          "flow_matching.unconditional_fid",
          "digits of flow matching without labels are at most .10 of the VAE's distance from real ones",
          "Lipman et al. 2023; Hu et al. 2023 (self-guided diffusion)", 420, unconditional_fid),
      digit_figure("flow_matching.conditional", "97 % of the digits are what was asked for",
                   "Ho & Salimans 2022", 420, flow_agreement),
      digit_figure("ddpm.mnist_fid",
                   "digits of diffusion by class are at most .08 of the VAE's distance from real ones",
                   "Ho et al. 2020; Nichol & Dhariwal 2021", 900, ddpm_fid),
      digit_figure("ddpm.mnist_bpd", "the probability flow of diffusion gives bits of dequantised digits",
                   "Song et al. 2021, section 4.3", 400, ddpm_bits),
      digit_figure("ncsn.mnist_fid",
                   "annealed Langevin draws digits at most half as far from real ones as the VAE's",
                   "Song & Ermon 2019, 2020", 900, ncsn_fid),
      digit_figure("ncsn.fashion_fid",
                   "annealed Langevin draws clothes nearer to real ones than a VAE of clothes",
                   "Song & Ermon 2019, 2020", 900, fashion_fid),
      digit_figure("dae.mnist_fid", "digits of a denoiser at one noise level", "Vincent 2011", 300, dae_fid),
      digit_figure("dde.mnist_fid",
                   "a generator between densities at all noise levels draws digits no further from real ones "
                   "than the VAE's",
                   "Bigdeli et al. 2020; Luo et al. 2023", 900, dde_fid),
      digit_figure("dde.levels_fid",
                   "steps down the levels of one log-density draw digits nearer to real ones than the VAE's",
                   "Bigdeli et al. 2020; Song et al. 2021", 1500, dde_levels_fid),
      digit_figure("realnvp.mnist_fid", "a multi-scale flow draws digits nearer to real ones than the VAE's",
                   "Dinh et al. 2017", 1000, realnvp_fid),
      digit_figure("gan.dcgan_fid", "a GAN of convolutions draws digits nearer to real ones than the VAE's",
                   "Radford et al. 2016", 600, dcgan_fid),
      digit_figure("gan.negative_augmentation",
                   "jigsaws of real digits as further fakes, against the same GAN without them",
                   "Sinha et al. 2021", 120, negative_augmentation),
      digit_figure("ebm.mnist_fid",
                   "chains of an energy-based model draw digits nearer to real ones than the VAE's",
                   "Tieleman 2008 (the method)", 600, ebm_fid),
      digit_figure("conditional.accuracy", "95 % of a conditional GAN's digits are what was asked for",
                   "Miyato & Koyama 2018", 240, conditional_accuracy)};
}

}  // namespace gradzoo
