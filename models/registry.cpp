#include "models/registry.h"

#include "autograd/base/error.h"
#include "autograd/base/text.h"
#include "models/classifier/classifier.h"
#include "models/dae/dae.h"
#include "models/ebm/ebm.h"
#include "models/gan/gan.h"
#include "models/nce/cnce.h"
#include "models/nce/nce.h"
#include "models/score/score.h"
#include "models/vae/vae.h"

namespace gradzoo {

std::span<const ModelEntry> model_registry() {
  static const ModelEntry kModels[] = {
      vae_entry(),  //
      classifier_entry(), ebm_entry(), gan_entry(), score_entry(), dae_entry(), nce_entry(), cnce_entry(),
  };
  return kModels;
}

const ModelEntry& find_model(std::string_view name) {
  std::vector<std::string> known;
  for (const ModelEntry& entry : model_registry()) {
    if (entry.name == name) return entry;
    known.push_back(entry.name);
  }
  throw Error("model '{}' is not known. {}", name, did_you_mean(name, known));
}

}  // namespace gradzoo
