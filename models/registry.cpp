#include "models/registry.h"

#include <fmt/format.h>

#include "autograd/base/error.h"
#include "autograd/base/text.h"
#include "models/classifier/classifier.h"
#include "models/dae/dae.h"
#include "models/ebm/ebm.h"
#include "models/gan/gan.h"
#include "models/nce/nce.h"
#include "models/score/score.h"
#include "models/vae/vae.h"

namespace gradzoo {
namespace {

std::vector<Setting> run_settings() {
  return {
      {.key = "data",
       .type = SettingType::text,
       .value = "mnist",
       .meaning = "dataset: a known name (gradzoo list datasets), or a folder of IDX files"},
      {.key = "toy_scale",
       .type = SettingType::real,
       .value = "1",
       .meaning = "what the points of a toy are multiplied by",
       .low = 1e-3,
       .high = 1e3},
      {.key = "toy_noise",
       .type = SettingType::real,
       .value = "0",
       .meaning = "width of a toy's modes or arcs before scaling; 0: the toy's own",
       .low = 0,
       .high = 1e3},
      {.key = "split",
       .type = SettingType::text,
       .value = "fit",
       .meaning = "what to train on: fit (55k, the rest validates) or train (all 60k)",
       .choices = {"fit", "train"}},
      {.key = "epochs",
       .type = SettingType::integer,
       .value = "10",
       .meaning = "passes over the training examples (50,000 points of a toy); ignored where steps is set",
       .low = 1,
       .high = 100000},
      {.key = "steps",
       .type = SettingType::integer,
       .value = "0",
       .meaning = "training steps; 0: as many as epochs make",
       .low = 0,
       .high = 1e12},
      {.key = "batch",
       .type = SettingType::integer,
       .value = "100",
       .meaning = "examples a step",
       .low = 1,
       .high = 65536},
      {.key = "lr",
       .type = SettingType::real,
       .value = "0.001",
       .meaning = "learning rate at the start",
       .low = 0,
       .high = 1e3},
      {.key = "schedule",
       .type = SettingType::text,
       .value = "constant",
       .meaning = "how the learning rate goes",
       .choices = {"constant", "linear", "cosine"}},
      {.key = "clip",
       .type = SettingType::real,
       .value = "0",
       .meaning = "largest norm of the gradient; 0: not clipped",
       .low = 0},
      {.key = "ema",
       .type = SettingType::real,
       .value = "0",
       .meaning = "decay of the weight average that samples come from; 0: none",
       .low = 0,
       .high = 0.999999},
      {.key = "seed",
       .type = SettingType::integer,
       .value = "0",
       .meaning = "every random number follows from it",
       .low = 0,
       .high = 9007199254740992.0},
  };
}

const ModelEntry kModels[] = {
    vae_entry(),   classifier_entry(), ebm_entry(), gan_entry(),
    score_entry(), dae_entry(),        nce_entry(), cnce_entry(),
};

}  // namespace

std::span<const ModelEntry> model_registry() { return kModels; }

const ModelEntry& find_model(std::string_view name) {
  std::vector<std::string> known;
  for (const ModelEntry& entry : model_registry()) {
    if (entry.name == name) return entry;
    known.push_back(entry.name);
  }
  throw Error(fmt::format("model '{}' is not known. {}", name, did_you_mean(name, known)));
}

std::unique_ptr<Model> make_model(const ModelEntry& model, const Settings& settings, const DataShape& shape) {
  if (model.data == DataKind::images && !shape.is_image()) {
    throw Error("{} learns images, and {} has points of {} numbers. Hint: --data mnist", model.name,
                settings.text("data"), shape.size());
  }
  if (model.data == DataKind::points && shape.is_image()) {
    throw Error("{} learns points, and {} has images of {}x{}. Hint: --data ring8", model.name,
                settings.text("data"), shape.height(), shape.width());
  }
  return model.create(settings, shape);
}

Settings default_settings(const ModelEntry& model) {
  Settings settings(run_settings());
  for (Setting& setting : model.settings()) settings.add(std::move(setting));
  return settings;
}

}  // namespace gradzoo
