#include <cmath>

#include <fmt/format.h>

#include "models/ebm/ebm.h"

namespace gradzoo {
namespace {

std::vector<Setting> chain_settings() {
  return {
      {.key = "init",
       .type = SettingType::text,
       .value = "buffer",
       .meaning =
           "where a step's chains begin: data (CD), noise (short runs), or buffer, where they stood (PCD)",
       .choices = {"data", "noise", "buffer"}},
      {.key = "sampler",
       .type = SettingType::text,
       .value = "ula",
       .meaning = "Langevin steps as they are, or corrected by Metropolis-Hastings (mala, T = 1 alone)",
       .choices = {"ula", "mala"}},
      {.key = "chain_steps",
       .type = SettingType::integer,
       .value = "10",
       .meaning = "transitions of a chain in a training step (k)",
       .low = 1,
       .high = 100000},
      {.key = "step",
       .type = SettingType::real,
       .value = "0.02",
       .meaning = "x' = x + step grad f + noise z",
       .low = 1e-12,
       .high = 1e6},
      {.key = "noise",
       .type = SettingType::real,
       .value = "0",
       .meaning = "of a Langevin step; T = noise^2 / (2 step). Unless set: sqrt(2 step), so that T = 1",
       .low = 0,
       .high = 1e6},
      {.key = "buffer",
       .type = SettingType::integer,
       .value = "5000",
       .meaning = "chains that go on from step to step, of which a batch is drawn",
       .low = 1,
       .high = 1e7},
      {.key = "fresh",
       .type = SettingType::real,
       .value = "0.05",
       .meaning = "share of the drawn chains that begin anew at noise: they keep the buffer from growing old",
       .low = 0,
       .high = 1},
      {.key = "sample_steps",
       .type = SettingType::integer,
       .value = "1000",
       .meaning = "transitions from noise to a sample",
       .low = 1,
       .high = 1e7},
  };
}

std::vector<Setting> ebm_settings() {
  std::vector<Setting> settings = energy_settings({.input_scale = "8", .confinement = "4"});
  const std::vector<Setting> own = {
      {.key = "data_noise",
       .type = SettingType::real,
       .value = "0",
       .meaning =
           "Gaussian noise on the data: smooths the landscape that chains walk on; f is then of noisy data",
       .low = 0,
       .high = 1e6},
      {.key = "l2",
       .type = SettingType::real,
       .value = "0",
       .meaning =
           "weight of f(data)^2 + f(sample)^2 in the loss: holds f near 0 where it would drift or steepen",
       .low = 0,
       .high = 1e6},
      {.key = "beta1",
       .type = SettingType::real,
       .value = "0.9",
       .meaning = "Adam's memory of the gradient: the less, the sooner the network reacts to its chains",
       .low = 0,
       .high = 0.9999},
  };
  settings.insert(settings.end(), own.begin(), own.end());
  for (Setting& setting : chain_settings()) settings.push_back(std::move(setting));
  return settings;
}

// Where the confinement c gives unadjusted Langevin of step e the variance of the data's noise s:
//   c^2 / (1 - e / (2 c^2)) = s^2.  With mala c = s.
double matched_confinement(double noise, double step, bool adjusted) {
  const double s2 = noise * noise;
  if (adjusted || s2 <= 2 * step) return noise;
  return std::sqrt((s2 + std::sqrt(s2 * (s2 - 2 * step))) / 2);
}

void set_image_defaults(Settings& settings) {
  for (const auto& [key, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"hidden", "512"},
                                                                  {"layers", "1"},
                                                                  {"activation", "softplus"},
                                                                  {"input_scale", "1"},
                                                                  {"output_scale", "100"},
                                                                  {"data_noise", "0.2"},
                                                                  {"step", "0.009"},
                                                                  {"beta1", "0"},
                                                                  {"sample_steps", "400"},
                                                                  {"ema", "0.999"},
                                                                  {"epochs", "20"},
                                                                  {"schedule", "linear"}}) {
    settings.set_default(key, value, "images");
  }
  const double noise = settings.real("data_noise");
  const double confinement =
      noise > 0 ? matched_confinement(noise, settings.real("step"), settings.text("sampler") == "mala") : 1.0;
  settings.set_default("confinement", fmt::format("{:.6g}", confinement), "data_noise");
}

// Few chains, so that each walks often, and seldom anew: a fresh chain is no sample of the model yet.
void set_toy_defaults(Settings& settings) {
  for (const auto& [key, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"sampler", "mala"},
                                                                  {"step", "0.01"},
                                                                  {"buffer", "1000"},
                                                                  {"fresh", "0.002"},
                                                                  {"epochs", "20"},
                                                                  {"lr", "0.01"},
                                                                  {"schedule", "linear"},
                                                                  {"ema", "0.999"}}) {
    settings.set_default(key, value, "toys");
  }
}

void resolve_ebm(Settings& settings) {
  if (is_toy(settings.text("data"))) {
    set_toy_defaults(settings);
  } else {
    set_image_defaults(settings);
  }
  const double step = settings.real("step");
  settings.set_default("noise", fmt::format("{:.9g}", std::sqrt(2 * step)), "step");
  const double noise = settings.real("noise"), temperature = noise * noise / (2 * step);
  if (settings.text("sampler") == "mala" && std::abs(temperature - 1) > 1e-6) {
    throw Error(
        "sampler=mala is exact for exp f, at T = 1, and step {} with noise {} makes T = {:.4g}. Hint: leave "
        "noise out, or sampler=ula",
        step, noise, temperature);
  }
  if (settings.text("init") == "buffer" && settings.integer("buffer") < settings.integer("batch")) {
    throw Error("buffer={} has fewer chains than a batch of {}. Hint: buffer={} or more",
                settings.integer("buffer"), settings.integer("batch"), settings.integer("batch"));
  }
}

}  // namespace

ModelEntry ebm_entry() {
  return {"ebm",
          "energy-based model: f by an MLP, contrastive divergence with Langevin chains",
          "Hinton 2002; Tieleman 2008; Du & Mordatch 2019",
          ebm_settings,
          resolve_ebm,
          [](const Settings& settings, const DataShape& shape) -> std::unique_ptr<Model> {
            return std::make_unique<Ebm>(settings, shape);
          },
          DataKind::any,
          "log-density"};
}

}  // namespace gradzoo
