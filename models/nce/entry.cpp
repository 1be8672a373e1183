#include "models/nce/nce.h"

namespace gradzoo {
namespace {

std::vector<Setting> shared_settings() { return energy_settings({.input_scale = "3", .confinement = "2"}); }

std::vector<Setting> nce_settings() {
  std::vector<Setting> settings{
      {.key = "noise",
       .type = SettingType::text,
       .value = "fitted",
       .meaning = "what data are told from: a round gaussian, one fitted to the data, or a kernel mixture",
       .choices = {"gaussian", "fitted", "mixture"}},
      {.key = "noise_width",
       .type = SettingType::real,
       .value = "1.2",
       .meaning = "factor on the noise's standard deviation",
       .low = 0.1,
       .high = 100},
      {.key = "nu",
       .type = SettingType::integer,
       .value = "2",
       .meaning = "noise points for each data point",
       .low = 1,
       .high = 100},
  };
  for (Setting& setting : shared_settings()) settings.push_back(std::move(setting));
  return settings;
}

std::vector<Setting> cnce_settings() {
  std::vector<Setting> settings{
      {.key = "eps",
       .type = SettingType::real,
       .value = "0.3",
       .meaning = "standard deviation of the step from a data point to its neighbours",
       .low = 1e-6,
       .high = 1e6},
      {.key = "nu",
       .type = SettingType::integer,
       .value = "1",
       .meaning = "pairs x + eps xi, x - eps xi for each data point",
       .low = 1,
       .high = 100},
  };
  for (Setting& setting : shared_settings()) settings.push_back(std::move(setting));
  return settings;
}

void resolve(Settings& settings) {
  settings.set_default("data", "ring8", "model");
  settings.set_default("batch", "512", "model");
  settings.set_default("lr", "0.005", "model");
  settings.set_default("schedule", "cosine", "model");
  settings.set_default("ema", "0.999", "model");
  settings.set_default("epochs", "40", "model");
  if (!is_toy(settings.text("data")))
    throw Error(
        "noise-contrastive estimation on {}: Gaussian noise is never mistaken for an image, so telling them "
        "apart teaches nothing, and log Z is beyond quadrature. Hint: --data ring8",
        settings.text("data"));
}

}  // namespace

ModelEntry nce_entry() {
  return {"nce",
          "noise-contrastive estimation: an energy and its log Z from telling data from noise",
          "Gutmann & Hyvarinen 2010",
          nce_settings,
          resolve,
          [](const Settings& settings, const DataShape& shape) -> std::unique_ptr<Model> {
            return std::make_unique<Nce>(settings, shape, false);
          },
          DataKind::points,
          "log-density"};
}

ModelEntry cnce_entry() {
  return {"cnce",
          "conditional noise-contrastive estimation: an energy from telling data from their neighbours",
          "Ceylan & Gutmann 2018",
          cnce_settings,
          resolve,
          [](const Settings& settings, const DataShape& shape) -> std::unique_ptr<Model> {
            return std::make_unique<Nce>(settings, shape, true);
          },
          DataKind::points,
          "log-density"};
}

}  // namespace gradzoo
