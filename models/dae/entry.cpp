#include "datasets/toys/toy.h"
#include "models/dae/dae.h"

namespace gradzoo {
namespace {

std::vector<Setting> dae_settings() {
  return {
      {.key = "weights",
       .type = SettingType::text,
       .value = "free",
       .meaning = "free: a multilayer perceptron; tied: W's(Wx + b) + c, which has a log-density; toys: tied",
       .choices = {"tied", "free"}},
      {.key = "sigma",
       .type = SettingType::real,
       .value = "0.5",
       .meaning = "standard deviation of the noise; toys: 0.1 times toy_scale",
       .low = 1e-4,
       .high = 1e4},
      {.key = "hidden",
       .type = SettingType::integer,
       .value = "1024",
       .meaning = "units of a hidden layer; toys: 256",
       .low = 1,
       .high = 65536},
      {.key = "layers",
       .type = SettingType::integer,
       .value = "2",
       .meaning = "hidden layers; tied weights: 1",
       .low = 1,
       .high = 16},
      {.key = "activation",
       .type = SettingType::text,
       .value = "silu",
       .meaning = "of the hidden layers; tied weights: sigmoid",
       .choices = {activation_names().begin(), activation_names().end()}},
      {.key = "output",
       .type = SettingType::text,
       .value = "sigmoid",
       .meaning = "what r ends in: sigmoid, as pixels lie in [0,1], so that no chain is drawn outside; toys "
                  "and tied "
                  "weights: identity",
       .choices = {"identity", "sigmoid"}},
      {.key = "input_scale",
       .type = SettingType::real,
       .value = "1",
       .meaning = "r sees its input times this; toys: 10 over toy_scale",
       .low = 1e-6,
       .high = 1e6},
      {.key = "chain_step",
       .type = SettingType::real,
       .value = "0.2",
       .meaning = "of the Langevin chains that samples come from, in sigma^2",
       .low = 1e-6,
       .high = 2},
      {.key = "chain_steps",
       .type = SettingType::integer,
       .value = "300",
       .meaning = "Langevin steps of a sample; one more goes through r",
       .low = 1,
       .high = 1e7},
  };
}

void resolve_dae(Settings& settings) {
  if (is_toy(settings.text("data"))) {
    settings.set_default("sigma", fmt::format("{}", 0.1 * settings.real("toy_scale")), "toy");
    settings.set_default("input_scale", fmt::format("{}", 10 / settings.real("toy_scale")), "toy");
    settings.set_default("weights", "tied", "toy");
    settings.set_default("output", "identity", "toy");
    settings.set_default("hidden", "256", "toy");
    settings.set_default("batch", "500", "toy");
    settings.set_default("steps", "10000", "toy");
    settings.set_default("lr", "0.002", "toy");
  }
  settings.set_default("schedule", "cosine", "dae");
  settings.set_default("ema", "0.999", "dae");
  if (settings.text("weights") == "free") return;
  settings.set_default("layers", "1", "weights");
  settings.set_default("activation", "sigmoid", "weights");
  settings.set_default("output", "identity", "weights");
  if (settings.integer("layers") != 1 || settings.text("activation") != "sigmoid" ||
      settings.text("output") != "identity") {
    throw Error(
        "weights=tied is W's(Wx + b) + c: one layer, s the sigmoid, and nothing behind it. Hint: "
        "weights=free");
  }
}

}  // namespace

ModelEntry dae_entry() {
  return {"dae",
          "denoising autoencoder: its score is (r(x) - x)/sigma^2, its samples Langevin's",
          "Vincent et al. 2008; Vincent 2011; Alain & Bengio 2014",
          dae_settings,
          resolve_dae,
          [](const Settings& settings, const DataShape& shape) -> std::unique_ptr<Model> {
            return std::make_unique<Dae>(settings, shape);
          },
          DataKind::any,
          "score; log-density too with weights=tied"};
}

}  // namespace gradzoo
