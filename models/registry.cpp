#include "gradzoo/models/registry.h"

#include <utility>

#include "gradzoo/models/classifier/classifier.h"
#include "gradzoo/models/dbn/dbn.h"
#include "gradzoo/models/dde/dde.h"
#include "gradzoo/models/ebm/ebm.h"
#include "gradzoo/models/gan/gan.h"
#include "gradzoo/models/made/made.h"
#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/rbm/rbm.h"
#include "gradzoo/models/vae/vae.h"
#include "models/dae/dae.h"
#include "models/diffusion/diffusion.h"
#include "models/nce/cnce.h"
#include "models/realnvp/realnvp.h"
#include "models/score/score.h"

namespace gradzoo {

namespace {

std::deque<ModelEntry>& list() {
  // One a line, so that a new model is one line.
  // clang-format off
  static std::deque<ModelEntry> models = {
      vae_entry(),
      classifier_entry(),
      ebm_entry(),
      gan_entry(),
      score_entry(),
      flow_matching_entry(),
      ddpm_entry(),
      ncsn_entry(),
      dde_entry(),
      dae_entry(),
      nce_entry(),
      cnce_entry(),
      made_entry(),
      fce_entry(),
      realnvp_entry(),
      rbm_entry(),
      dbn_entry(),
  };
  // clang-format on
  return models;
}

}  // namespace

const std::deque<ModelEntry>& model_registry() { return list(); }

void add_model(ModelEntry entry) {
  entry.checked = true;
  add_named(list(), std::move(entry), "model");
}

const ModelEntry& find_model(std::string_view name) { return find_named(model_registry(), name, "model"); }

}  // namespace gradzoo
