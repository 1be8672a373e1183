#include "models/classifier/classifier.h"

namespace gradzoo {
namespace {

std::vector<Setting> classifier_settings() {
  return {
      {.key = "hidden",
       .type = SettingType::integer,
       .value = "512",
       .meaning = "units of the first hidden layer",
       .low = 1,
       .high = 65536},
      {.key = "hidden2",
       .type = SettingType::integer,
       .value = "256",
       .meaning = "units of the second hidden layer",
       .low = 1,
       .high = 65536},
      {.key = "activation",
       .type = SettingType::text,
       .value = "relu",
       .meaning = "of the hidden layers",
       .choices = {activation_names().begin(), activation_names().end()}},
      {.key = "noise",
       .type = SettingType::real,
       .value = "0.2",
       .meaning = "standard deviation of Gaussian noise on the training pixels, which are in [0,1]",
       .low = 0,
       .high = 10},
      {.key = "weight_decay",
       .type = SettingType::real,
       .value = "0.01",
       .meaning = "decoupled from the gradient, as in AdamW",
       .low = 0,
       .high = 10},
  };
}

void resolve_classifier(Settings& settings) {
  settings.set_default("batch", "128", "model");
  settings.set_default("schedule", "cosine", "model");
}

}  // namespace

ModelEntry classifier_entry() {
  return {"classifier",
          "multilayer perceptron p(label|image): the ruler for other models' samples",
          "Rumelhart, Hinton & Williams 1986",
          classifier_settings,
          resolve_classifier,
          [](const Settings& settings, const DataShape& shape) -> std::unique_ptr<Model> {
            return std::make_unique<Classifier>(settings, shape);
          },
          DataKind::images};
}

}  // namespace gradzoo
