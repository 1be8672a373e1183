#include <memory>

#include <fmt/format.h>

#include "datasets/toys/toy.h"
#include "models/score/score.h"

namespace gradzoo {
namespace {

std::vector<Setting> score_settings() {
  return {
      {.key = "objective",
       .type = SettingType::text,
       .value = "dsm",
       .meaning = "explicit, implicit, sliced (with variance reduction) or denoising score matching",
       .choices = {"esm", "ism", "ssm", "ssm-vr", "dsm"}},
      {.key = "net",
       .type = SettingType::text,
       .value = "vector",
       .meaning = "energy: the score is its input gradient; vector: the score itself (points: energy)",
       .choices = {"energy", "vector"}},
      {.key = "sigma",
       .type = SettingType::real,
       .value = "0.5",
       .meaning = "dsm: standard deviation of the noise (points: 0.05 toy_scale)",
       .low = 1e-6,
       .high = 1e3},
      {.key = "data_noise",
       .type = SettingType::real,
       .value = "0",
       .meaning = "standard deviation of Gaussian noise that is added to the data and learned with them",
       .low = 0,
       .high = 1e3},
      {.key = "antithetic",
       .type = SettingType::flag,
       .value = "true",
       .meaning = "dsm: noise in pairs +-eps, which varies far less at small sigma"},
      {.key = "probes",
       .type = SettingType::text,
       .value = "rademacher",
       .meaning = "ssm: what slices are drawn from",
       .choices = {"rademacher", "gaussian"}},
      {.key = "hidden",
       .type = SettingType::integer,
       .value = "1024",
       .meaning = "units of each hidden layer (points: 128)",
       .low = 1,
       .high = 65536},
      {.key = "layers",
       .type = SettingType::integer,
       .value = "3",
       .meaning = "hidden layers (points: 2)",
       .low = 1,
       .high = 64},
      {.key = "activation",
       .type = SettingType::text,
       .value = "silu",
       .meaning = "of the hidden layers; it needs as many derivatives as the objective takes",
       .choices = {activation_names().begin(), activation_names().end()}},
      {.key = "input_scale",
       .type = SettingType::real,
       .value = "1",
       .meaning = "what x is multiplied by first (points: 3 / toy_scale)",
       .low = 1e-6,
       .high = 1e6},
      {.key = "confinement",
       .type = SettingType::real,
       .value = "0",
       .meaning = "c: adds -x / c^2 to the score, so that exp f can be normalised; 0: none (images: sigma)",
       .low = 0,
       .high = 1e6},
      {.key = "sample_steps",
       .type = SettingType::integer,
       .value = "500",
       .meaning = "Langevin steps to a sample",
       .low = 1,
       .high = 1e8},
      {.key = "sample_step",
       .type = SettingType::real,
       .value = "0",
       .meaning = "size e of a step, x + e s + sqrt(2e) z; 0: a tenth of d / E|s|^2 (images: of the noise's "
                  "variance)",
       .low = 0,
       .high = 1e3},
      {.key = "denoise",
       .type = SettingType::flag,
       .value = "true",
       .meaning = "end samples with x + sigma^2 s, the best guess of what lies under the noise"},
  };
}

void resolve_score(Settings& settings) {
  const auto fill = [&](std::string_view key, const std::string& value) {
    settings.set_default(key, value, "score");
  };
  fill("schedule", "cosine");
  fill("ema", "0.999");
  if (is_toy(settings.text("data"))) {
    const double scale = settings.real("toy_scale");
    fill("net", "energy");
    fill("sigma", fmt::format("{:.4g}", 0.05 * scale));
    fill("input_scale", fmt::format("{:.4g}", 3 / scale));
    fill("hidden", "128");
    fill("layers", "2");
    fill("batch", "512");
    fill("steps", "20000");
  } else {
    const bool dsm = settings.text("objective") == "dsm";
    fill("confinement", dsm ? settings.value_of("sigma") : "1");
    // An exact trace carries as many directions as there are pixels: memory for few examples.
    fill("batch", settings.text("objective") == "ism" ? "8" : "128");
    fill("epochs", "20");
  }
  if (settings.text("objective") == "esm" && settings.real("data_noise") > 0) {
    throw Error("objective=esm knows the score of data without noise alone. Hint: objective=dsm");
  }
}

}  // namespace

ModelEntry score_entry() {
  return {"score",
          "score matching: an energy or a vector net for grad log p, sampled by Langevin",
          "Hyvarinen 2005; Vincent 2011; Song et al. 2019",
          score_settings,
          resolve_score,
          [](const Settings& settings, const DataShape& shape) -> std::unique_ptr<Model> {
            return std::make_unique<Score>(settings, shape);
          },
          DataKind::any,
          "score; log-density too with net=energy"};
}

}  // namespace gradzoo
