#include "tools/ledger/images/figures.h"

#include <map>

#include <fmt/format.h>

#include "models/pictures/class_rows.h"
#include "tools/ledger/train_model.h"
#include "tools/run/ruler.h"

namespace gradzoo {
namespace {

constexpr int64_t kSamples = 10'000;

using Assignments = std::vector<std::string>;

/// What the ruler says of a trained model's samples.
RulerMeasure measured(Session& trained, uint64_t seed) {
  const Examples test = trained.data.evaluation_examples(Split::test);
  const Ruler ruler(*own_classifier({.data = "mnist"}, false, nullptr), test, trained.data.train(),
                    Pixels::grey);
  Rng rng(seed, "ledger/samples");
  const Tensor asked = any_labels(kSamples, trained.model->label_count());
  return ruler.measure(ruler.samples_of(*trained.model, kSamples, trained.data.shape(), rng, asked), asked);
}

// Rows that look at the same model share it within a process.
RulerMeasure train_and_measure(const std::string& row, const std::string& model,
                               const Assignments& assignments, const RowContext& context) {
  static std::map<Assignments, RulerMeasure> known;
  Assignments all = assignments;
  all.push_back(fmt::format("seed={}", context.seed));
  Assignments key = all;
  key.push_back(model);
  if (const auto found = known.find(key); found != known.end()) return found->second;
  const auto trained = train_model_resumably(row, model, all, context);
  RulerMeasure found = measured(*trained, context.seed);
  forget_checkpoints(row, context);
  known.emplace(std::move(key), found);
  return found;
}

RulerMeasure mlp_vae(const RowContext& context) {
  return train_and_measure("vae.fid", "vae", {"net=mlp"}, context);
}

std::string words(const Estimate& e) { return fmt::format("{:.1f} +- {:.1f}", e.value, e.standard_error); }

// The model's distance over the VAE's.
RowResult share_of_vae(const std::string& row, const std::string& model, const Assignments& assignments,
                       double gate, const std::string& setting, const RowContext& context) {
  const RulerMeasure found = train_and_measure(row, model, assignments, context);
  const RulerMeasure vae = mlp_vae(context);
  return {
      found.frechet.value / vae.frechet.value, AtMost{gate},
      fmt::format("{}, seed {}, 10,000 samples: digit-FID {}, the MLP VAE's {}; called with p > 0.9: {:.3f}",
                  setting, context.seed, words(found.frechet), words(vae.frechet),
                  found.reading.confident.value)};
}

// Share of samples that the classifier calls what was asked for.
RowResult agreement(const std::string& row, const std::string& model, const Assignments& assignments,
                    double gate, const std::string& setting, const RowContext& context) {
  const RulerMeasure found = train_and_measure(row, model, assignments, context);
  return {found.reading.as_asked->value, AtLeast{gate},
          fmt::format("{}, seed {}, 10,000 samples, a thousand of each label: +- {:.4f}", setting,
                      context.seed, found.reading.as_asked->standard_error)};
}

RowResult vae_fid(const RowContext& context) {
  const RulerMeasure found = mlp_vae(context);
  return {found.frechet.value, AtMost{720},
          fmt::format(
              "784-500-20, 10 epochs of 55k grey, seed {}, 10,000 samples against the test set: +- {:.1f}; "
              "called with p > 0.9: {:.3f}",
              context.seed, found.frechet.standard_error, found.reading.confident.value)};
}

RowResult flow_fid(const RowContext& context) {
  return share_of_vae("flow_matching.mnist_fid", "flow-matching", {"epochs=8"}, 0.06,
                      "the default U-Net, by class, 8 epochs of 55k, guidance 1.25, 20 Euler steps", context);
}

RowResult unconditional_fid(const RowContext& context) {
  return share_of_vae("flow_matching.unconditional_fid", "flow-matching", {"epochs=8", "conditional=false"},
                      0.36, "the default U-Net without labels, 8 epochs of 55k, 20 Euler steps", context);
}

RowResult flow_agreement(const RowContext& context) {
  return agreement("flow_matching.conditional", "flow-matching", {"epochs=8"}, 0.97,
                   "the default U-Net, 8 epochs of 55k, guidance 1.25, 20 Euler steps", context);
}

RowResult dcgan_fid(const RowContext& context) {
  return share_of_vae("gan.dcgan_fid", "gan", {"net=dcgan"}, 1.0,
                      "convolutions of 64 and 128 channels, the default 10 epochs of 55k", context);
}

RowResult ebm_fid(const RowContext& context) {
  return share_of_vae("ebm.mnist_fid", "ebm", {"epochs=4"}, 1.0,
                      "the default energy, 4 epochs of 55k, chains of 400 transitions from noise, aim .4",
                      context);
}

RowResult conditional_accuracy(const RowContext& context) {
  return agreement("conditional.accuracy", "gan", {"conditional=true", "epochs=4"}, 0.95,
                   "the default GAN told labels, 4 epochs of 55k", context);
}

}  // namespace

std::vector<Row> image_figure_rows() {
  const auto figure = [](const char* name, const char* claim, const char* source, double seconds,
                         RowResult (*measure)(const RowContext&)) {
    return Row{name, RowKind::figure, claim, source, false, seconds, measure};
  };
  return {
      figure("vae.fid", "the Frechet distance of the MLP VAE's digits, what others are a share of",
             "Heusel et al. 2017, by a classifier of digits", 60, vae_fid),
      figure("flow_matching.mnist_fid",
             "digits of flow matching by class are at most .06 of the VAE's distance from real ones",
             "Lipman et al. 2023", 420, flow_fid),
      figure("flow_matching.unconditional_fid",
             "digits of flow matching without labels are at most .36 of the VAE's distance from real ones",
             "Lipman et al. 2023", 420, unconditional_fid),
      figure("flow_matching.conditional", "97 % of the digits are what was asked for", "Ho & Salimans 2022",
             420, flow_agreement),
      figure("gan.dcgan_fid", "a GAN of convolutions draws digits nearer to real ones than the VAE's",
             "Radford et al. 2016", 600, dcgan_fid),
      figure("ebm.mnist_fid",
             "chains of an energy-based model draw digits nearer to real ones than the VAE's",
             "Tieleman 2008 (the method)", 600, ebm_fid),
      figure("conditional.accuracy", "95 % of a conditional GAN's digits are what was asked for",
             "Miyato & Koyama 2018", 240, conditional_accuracy)};
}

}  // namespace gradzoo
