#include "models/vae/vae.h"

namespace gradzoo {
namespace {

std::vector<Setting> vae_settings() {
  return {
      {.key = "architecture",
       .type = SettingType::text,
       .value = "seed",
       .meaning =
           "sizes and activations: seed 784-500-20 sigmoid/tanh, pytorch-examples 784-400-20 relu, batch 128",
       .choices = {"seed", "pytorch-examples"}},
      {.key = "hidden",
       .type = SettingType::integer,
       .value = "500",
       .meaning = "hidden units of encoder and of decoder",
       .low = 1,
       .high = 65536},
      {.key = "latent",
       .type = SettingType::integer,
       .value = "20",
       .meaning = "latent dimensions; 2 adds the manifold and the map of codes",
       .low = 1,
       .high = 4096},
      {.key = "encoder_activation",
       .type = SettingType::text,
       .value = "sigmoid",
       .meaning = "of the encoder's hidden layer",
       .choices = {activation_names().begin(), activation_names().end()}},
      {.key = "decoder_activation",
       .type = SettingType::text,
       .value = "tanh",
       .meaning = "of the decoder's hidden layer",
       .choices = {activation_names().begin(), activation_names().end()}},
      {.key = "pixels",
       .type = SettingType::text,
       .value = "grey",
       .meaning = "what a byte becomes; only the binary ones give log p(x)",
       .choices = {"grey", "dynamic-binary", "fixed-binary"}},
      {.key = "objective",
       .type = SettingType::text,
       .value = "elbo",
       .meaning = "the bound of log p(x) that is raised",
       .choices = {"elbo", "iwae"}},
      {.key = "samples",
       .type = SettingType::integer,
       .value = "1",
       .meaning = "codes drawn an image and step (K)",
       .low = 1,
       .high = 10000},
      {.key = "estimator",
       .type = SettingType::text,
       .value = "reparam",
       .meaning = "of the encoder's gradient: through z, or the log-derivative trick (REINFORCE)",
       .choices = {"reparam", "log-derivative"}},
      {.key = "baseline",
       .type = SettingType::text,
       .value = "constant",
       .meaning = "of the log-derivative estimator; leave-one-out needs samples of 2 or more",
       .choices = {"none", "constant", "leave-one-out"}},
      {.key = "beta",
       .type = SettingType::real,
       .value = "1",
       .meaning = "weight of the KL term (Higgins et al. 2017)",
       .low = 0,
       .high = 1e6},
      {.key = "kl_warmup",
       .type = SettingType::real,
       .value = "0",
       .meaning = "share of the run over which the KL's weight rises from 0 to beta",
       .low = 0,
       .high = 1},
      {.key = "importance_samples",
       .type = SettingType::integer,
       .value = "1000",
       .meaning = "codes drawn an image when eval estimates log p(x)",
       .low = 1,
       .high = 1e7},
  };
}

void resolve_vae(Settings& settings) {
  if (settings.text("architecture") == "pytorch-examples") {
    settings.set_default("hidden", "400", "architecture");
    settings.set_default("encoder_activation", "relu", "architecture");
    settings.set_default("decoder_activation", "relu", "architecture");
    settings.set_default("batch", "128", "architecture");
  }
  const bool log_derivative = settings.text("estimator") == "log-derivative";
  if (log_derivative && settings.text("objective") == "iwae") {
    throw Error("objective=iwae needs the reparametrised gradient. Hint: estimator=reparam");
  }
  if (log_derivative && settings.text("baseline") == "leave-one-out" && settings.integer("samples") < 2) {
    throw Error("baseline=leave-one-out compares codes of one image. Hint: samples=2 or more");
  }
  if (settings.text("objective") == "iwae" &&
      (settings.real("beta") != 1 || settings.real("kl_warmup") != 0)) {
    throw Error("objective=iwae has no separate KL to weigh. Hint: leave beta=1 and kl_warmup=0");
  }
}

}  // namespace

ModelEntry vae_entry() {
  return {"vae",
          "variational auto-encoder: a Bernoulli decoder and a Gaussian code",
          "Kingma & Welling 2014",
          vae_settings,
          resolve_vae,
          [](const Settings& settings, const DataShape& shape) -> std::unique_ptr<Model> {
            return std::make_unique<Vae>(settings, shape);
          },
          DataKind::images};
}

}  // namespace gradzoo
