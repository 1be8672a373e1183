#include <memory>

#include <fmt/format.h>

#include "datasets/toys/toy.h"
#include "models/gan/gan.h"

namespace gradzoo {
namespace {

std::vector<Setting> gan_settings() {
  return {
      {.key = "preset",
       .type = SettingType::text,
       .value = "healthy",
       .meaning =
           "collapse: minimax against a D that learns a hundred times faster, to see ring8 lose its modes",
       .choices = {"healthy", "collapse"}},
      {.key = "loss",
       .type = SettingType::text,
       .value = "non-saturating",
       .meaning = "what G descends: -log D(G(z)), or log(1 - D(G(z)))",
       .choices = {"non-saturating", "minimax"}},
      {.key = "latent",
       .type = SettingType::integer,
       .value = "64",
       .meaning = "dimensions of z",
       .low = 1,
       .high = 4096},
      {.key = "generator_hidden",
       .type = SettingType::integer,
       .value = "256",
       .meaning = "units of each hidden layer of G",
       .low = 1,
       .high = 65536},
      {.key = "discriminator_hidden",
       .type = SettingType::integer,
       .value = "256",
       .meaning = "units of each hidden layer of D",
       .low = 1,
       .high = 65536},
      {.key = "layers",
       .type = SettingType::integer,
       .value = "2",
       .meaning = "hidden layers of G and of D",
       .low = 1,
       .high = 16},
      {.key = "init",
       .type = SettingType::text,
       .value = "he",
       .meaning = "how G's weights begin: he (z spreads the samples from the first step), torch",
       .choices = {"he", "torch"}},
      {.key = "discriminator_rate",
       .type = SettingType::real,
       .value = "1",
       .meaning = "D's learning rate, as a multiple of lr, which is G's",
       .low = 0,
       .high = 1e3},
      {.key = "beta1",
       .type = SettingType::real,
       .value = "0.5",
       .meaning = "Adam's memory of the gradient, of both",
       .low = 0,
       .high = 0.999},
      {.key = "label_smoothing",
       .type = SettingType::real,
       .value = "0",
       .meaning = "D's target for real examples is 1 minus this (Salimans et al. 2016)",
       .low = 0,
       .high = 0.5},
      {.key = "instance_noise",
       .type = SettingType::real,
       .value = "0",
       .meaning = "standard deviation of the noise on all that D sees at the start (Sonderby et al. 2017)",
       .low = 0,
       .high = 1e3},
      {.key = "noise_until",
       .type = SettingType::real,
       .value = "1",
       .meaning = "share of the run over which instance_noise falls to 0",
       .low = 1e-6,
       .high = 1},
  };
}

// Chosen on ring8 and grid25 by modes covered, and on MNIST by the look of samples and what a classifier
// makes of them.
void resolve_gan(Settings& settings) {
  const auto prefer = [&](std::string_view key, std::string_view value) {
    settings.set_default(key, value, "gan");
  };
  prefer("schedule", "linear");
  prefer("ema", "0.999");
  if (is_toy(settings.text("data"))) {
    const bool ring8 = settings.text("data") == "ring8";
    if (ring8) prefer("toy_noise", "0.01");
    prefer("latent", "2");
    prefer("generator_hidden", ring8 ? "64" : "128");
    prefer("discriminator_hidden", ring8 ? "64" : "128");
    prefer("init", "torch");
    prefer("batch", "256");
    prefer("steps", "12000");
    prefer("lr", "0.002");
    prefer("instance_noise", "0.2");
    prefer("noise_until", "0.5");
  } else {
    prefer("batch", "128");
    prefer("epochs", "40");
    prefer("lr", "0.0005");
    prefer("instance_noise", "0.3");
  }
  if (settings.text("preset") == "collapse") {
    const auto collapse = [&](std::string_view key, std::string_view value) {
      settings.set_default(key, value, "preset");
    };
    collapse("loss", "minimax");
    collapse("lr", "0.0001");
    collapse("discriminator_rate", "100");
    collapse("instance_noise", "0");
    collapse("steps", "6000");
  }
}

}  // namespace

ModelEntry gan_entry() {
  return {"gan",
          "generative adversarial network: a generator against a discriminator",
          "Goodfellow et al. 2014",
          gan_settings,
          resolve_gan,
          [](const Settings& settings, const DataShape& shape) -> std::unique_ptr<Model> {
            return std::make_unique<Gan>(settings, shape);
          },
          DataKind::any};
}

}  // namespace gradzoo
