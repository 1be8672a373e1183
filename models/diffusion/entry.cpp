#include <fmt/format.h>

#include "gradzoo/base/text.h"
#include "models/diffusion/diffusion.h"

namespace gradzoo {

Conditioning read_conditioning(const std::string& text) {
  constexpr int64_t kMost = 10'000;
  const size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  int64_t clusters = 0;
  if (colon != std::string::npos) {
    clusters = parse_number<int64_t>(text.substr(colon + 1)).value_or(0);
    if (clusters < 1 || clusters > kMost)
      throw Error("classes={}: how many clusters? Hint: {}:100, at most {}", text, kind, kMost);
  }
  if (kind == "labels") return {true, clusters};
  if (kind == "clusters" && clusters > 0) return {false, clusters};
  if (text == "none") return {};
  throw Error("classes={} is not known. Hint: labels, labels:100, clusters:100 or none", text);
}

void PathOptions::describe(OptionTable& options) {
  options.add("classes", classes,
              "condition of samples: labels; clusters:100, 100 clusters of images, for data without labels; "
              "labels:100, 100 clusters within the labels; or none");
  options.add(
      "label_dropout", label_dropout,
      "probability of dropping a label or cluster in training, for classifier-free guidance; 0 allows "
      "guidance=1 only",
      {0, 1});
  options.add("guidance", guidance, "classifier-free guidance of samples: w in u(x) + w (u(x|label) - u(x))",
              {0, 100});
  options.add("pixels", pixels, subset(kPixels, Pixels::grey, Pixels::dequantised),
              "grey: x/255; dequantised: plus uniform noise of one grey level, for bits/dim");
  options.add("channels", network.channels,
              "images: channels at half the resolution, a multiple of 8; doubled at a quarter", {8, 1024});
  options.add("hidden", network.hidden, "points: units of the perceptron's hidden layers", {1, 65536});
  options.add("discriminator", discriminator,
              "images: share of the steps, at the end, that train a discriminator between noisy data and "
              "noisy samples; its gradient then corrects the score",
              {0, 0.9});
  describe_discriminator_weight(options);
  describe_sampling(options, false);
}

void PathOptions::describe_discriminator_weight(OptionTable& options) {
  options.add("discriminator_weight", discriminator_weight,
              "w in s + w grad log d/(1 - d), d the discriminator; 0: no correction", {0, 100});
}

void PathOptions::describe_sampling(OptionTable& options, bool is_conditional) {
  options.add("sample_steps", sample_steps, "steps from noise to a sample", {1, 10000});
  options.add(
      "solver", solver, kSolvers,
      "solver: euler, heun and ddim are deterministic; ancestral and langevin add noise at each step");
  options.add("level_repeats", level.repeats, "langevin: steps at each noise level", {1, 10000});
  options.add("level_step", level.step, "langevin: eta in x + eta sigma^2 s + sqrt(2 eta) sigma z",
              {1e-9, 1});
  if (is_conditional)
    options.add(
        "guidance", guidance,
        "classifier-free guidance: w in u(x) + w (u(x|label) - u(x)); 0 ignores the label, 1 is u(x|label)",
        {0, 100});
}

// The default is what nobody has set, and does no harm.
void PathOptions::check_guidance(const char* hint) const {
  if (!read_conditioning(classes).any() && guidance > 0 && guidance != PathOptions().guidance)
    throw Error("guidance={} needs labels, and the model has none. Hint: set {}", guidance, hint);
}

void PathOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "images"); };
  constexpr int64_t kClusters = 100, kMostOfLabel = 10;  // so that each has examples
  const int64_t of_labels = std::min(kMostOfLabel, kClusters / std::max<int64_t>(1, shape.classes));
  prefer(classes, classes == "none"    ? "none"
                  : shape.classes == 0 ? "clusters:100"
                  : of_labels > 1      ? fmt::format("labels:{}", of_labels * shape.classes)
                                       : "labels");
  const Conditioning given = read_conditioning(classes);
  if (given.by_label && shape.classes == 0)
    throw Error("classes={} needs labels, and the data have none. Hint: set classes=clusters:100", classes);
  if (given.clusters > 0) {
    static_cast<void>(Clusters(given.clusters, given.by_label ? shape.classes : 0, shape.size()));
    if (!given.by_label) prefer(guidance, 1.5);
  }
  check_guidance(shape.classes > 0 ? "classes=labels" : "classes=clusters:100");
  prefer(training.batch, 64);
  prefer(training.epochs, image_epochs);
  if (network.channels % 8 != 0)
    throw Error(
        "channels={} is not a multiple of 8, the group size of the normalisation. Hint: set channels=32",
        network.channels);
}

void PathOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  const auto prefer = [&](auto& field, const auto& value) { table.prefer(field, value, "toys"); };
  prefer(classes, "none");
  const Conditioning given = read_conditioning(classes);
  if (given.by_label && shape.classes == 0)
    throw Error("classes={} needs labels, and the data have none. Hint: set classes=none", classes);
  if (given.clusters > 0) throw Error("classes={} is for images. Hint: set classes=none", classes);
  if (discriminator > 0)
    throw Error("discriminator={} is for images. Hint: set discriminator=0", discriminator);
  check_guidance(shape.classes > 0 ? "classes=labels" : "images");
  prefer(training.batch, 1000);
  prefer(training.steps, 6000);
}

void PathOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  const auto prefer = [&](auto& field, const auto& value) {
    table.prefer(field, value, shape.kind().defaults);
  };
  if (read_conditioning(classes).any()) {
    if (label_dropout == 0) table.prefer(guidance, 1, "label_dropout=0");
    if (label_dropout == 1) table.prefer(guidance, 0, "label_dropout=1");
  }
  prefer(training.schedule, discriminator > 0 ? Decay::constant : Decay::hold_linear);
  prefer(training.ema, 0.999);
  prefer(training.clip, 1.0);
  prefer(training.lr, 0.002);
}

void FlowOptions::describe(OptionTable& options) {
  PathOptions::describe(options);
  options.add("pairing", pairing, kPairings,
              "pairing of noise and data in a batch: independent, or optimal (points only): short paths that "
              "cross less");
}

void FlowOptions::adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  PathOptions::adapt_to_images(table, training, shape);
  if (pairing == Pairing::optimal)
    throw Error(
        "pairing=optimal is for points: in a batch of images all noises are about equally distant. Hint: use "
        "pairing=independent");
}

void NcsnOptions::describe(OptionTable& options) {
  PathOptions::describe(options);
  options.add("net", net, kNoiseNets,
              "score: the network predicts sigma times the score; energy: the gradient of one energy "
              "f/sigma; mdsm: the gradient of the energy at noise 0.1 (images only)");
  options.add("sigma_begin", sigma_begin,
              "largest noise level (images are scaled to [-1,1]); default: the largest distance between data",
              {1e-9, 1e6});
  options.add("sigma_end", sigma_end, "smallest noise level", {1e-9, 1e6});
}

void NcsnOptions::adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  if (net == NoiseNet::mdsm)
    throw Error(
        "net=mdsm estimates the noise level from an image, and points do not show it. Hint: use net=energy");
  PathOptions::adapt_to_points(table, training, shape);
  table.prefer(training.steps, 10'000, "toys");
}

void NcsnOptions::adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape) {
  PathOptions::adapt(table, training, shape);
  // Levels of Li et al., whose pixels have half the range: of finer ones E / sigma is all error, of coarser
  // ones an image is not to be seen.
  if (net == NoiseNet::mdsm) {
    table.prefer(sigma_begin, 4, "one energy");
    table.prefer(sigma_end, 0.1, "one energy");
  } else if (const double apart = shape.diameter(); apart > 0) {
    table.prefer(sigma_begin, rounded(Units(shape.kind()).length() * apart, 2), "distance between data");
  }
  table.prefer(sample_steps, level_count(sigma_begin, sigma_end, shape.size()), "noise levels");
  if (sample_steps < 2)
    throw Error(
        "sample_steps={} is one noise level, and annealing needs at least 2. Hint: remove sample_steps; the "
        "default depends on the data",
        sample_steps);
  const double ratio = std::pow(sigma_begin / sigma_end, 1 / static_cast<double>(sample_steps));
  table.prefer(level.step, rounded(level_step(ratio, level.repeats), 3), "noise levels");
}

FlowMatching::FlowMatching(const FlowOptions& options, const DataShape& shape,
                           const TrainingOptions& training)
    : Diffusion({.name = "flow",
                 .path = straight_path(),
                 .prediction_type = PredictionType::velocity,
                 .pairing = options.pairing},
                options, shape, training) {}

Ddpm::Ddpm(const DdpmOptions& options, const DataShape& shape, const TrainingOptions& training)
    : Diffusion({.name = "ddpm",
                 .path = cosine_path(),
                 .prediction_type = PredictionType::noise,
                 .clamped = shape.kind().is_bounded()},
                options, shape, training) {}

Ncsn::Ncsn(const NcsnOptions& options, const DataShape& shape, const TrainingOptions& training)
    : Diffusion({.name = "ncsn",
                 .path = geometric_path(options.sigma_begin, options.sigma_end),
                 .prediction_type = PredictionType::noise,
                 .clamped = shape.kind().is_bounded(),
                 .net = options.net},
                options, shape, training) {}

ModelEntry flow_matching_entry() {
  return entry_of<FlowOptions, FlowMatching>(
      {.name = "flow-matching",
       .summary = "flow matching: a learned velocity field that transports noise to data",
       .source = "Lipman et al. 2023",
       .why_no_density = "grey pixels have no density: train with pixels=dequantised for bits/dim"});
}

ModelEntry ddpm_entry() {
  return entry_of<DdpmOptions, Ddpm>(
      {.name = "ddpm",
       .summary =
           "denoising diffusion: a network that predicts the noise in data; sampling removes noise in steps",
       .source = "Ho et al. 2020; Nichol & Dhariwal 2021",
       .why_no_density = "grey pixels have no density: train with pixels=dequantised for bits/dim"});
}

ModelEntry ncsn_entry() {
  return entry_of<NcsnOptions, Ncsn>(
      {.name = "ncsn",
       .summary =
           "noise-conditional score network: scores at many noise levels, sampled by annealed Langevin",
       .source = "Song & Ermon 2019, 2020",
       .why_no_density = "grey pixels have no density: train with pixels=dequantised for bits/dim"});
}

}  // namespace gradzoo
