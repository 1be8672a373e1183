#pragma once

#include <memory>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/networks/image_coder.h"
#include "gradzoo/models/networks/units.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {

/// The initialisation of G's weights.
enum class GeneratorInit {
  he,
  torch,   // each layer passes on about a sixth of z
  normal,  // N(0, 0.02^2) in both networks, biases 0 (Radford et al. 2016)
};
inline constexpr Choice<GeneratorInit> kGeneratorInits[] = {
    {"he", GeneratorInit::he}, {"torch", GeneratorInit::torch}, {"normal", GeneratorInit::normal}};

/// The normalisation between the linear map and the ReLU in hidden layers of an mlp generator.
enum class GeneratorNorm { none, batch };
inline constexpr Choice<GeneratorNorm> kGeneratorNorms[] = {{"none", GeneratorNorm::none},
                                                            {"batch", GeneratorNorm::batch}};

/// The distribution p(z) of each of G's inputs.
enum class LatentPrior {
  normal,   // N(0, 1)
  uniform,  // U[-1, 1)
};
inline constexpr Choice<LatentPrior> kLatentPriors[] = {{"normal", LatentPrior::normal},
                                                        {"uniform", LatentPrior::uniform}};

enum class GanNet {
  dcgan,  // two convolutions each (Radford et al. 2016)
  mlp,
};
inline constexpr Choice<GanNet> kGanNets[] = {{"dcgan", GanNet::dcgan}, {"mlp", GanNet::mlp}};

/// The activation of D's hidden layers. A penalty on D's gradient needs a smooth activation.
using CriticActivation = Tensor (*)(const Tensor&);
Tensor steep_leaky_relu(const Tensor& x);  // slope 0.2 below 0
inline constexpr Choice<CriticActivation> kCriticActivations[] = {{"leaky_relu", steep_leaky_relu},
                                                                  {"silu", silu}};

struct GanShape {
  GanNet net = GanNet::mlp;
  DataShape data = {};  // pixels in [0, 1]: G ends in (1 + tanh)/2, and D's input is 2 x - 1
  int64_t latent = 64;
  LatentPrior prior = LatentPrior::normal;
  int64_t channels = 64;                               // dcgan: channels
  int64_t norm_groups = 0;                             // dcgan: groups of G's normalisation; 0: none
  std::vector<int64_t> generator_hidden = {256, 256};  // mlp: layer widths
  std::vector<int64_t> discriminator_hidden = {256, 256};
  GeneratorInit init = GeneratorInit::he;
  GeneratorNorm generator_norm = GeneratorNorm::none;  // for mlp
  int64_t maxout = 1;  // mlp: linear pieces of D's maxout layers; 1: `activation` instead
  CriticActivation activation = steep_leaky_relu;
  bool spectral_norm = false;  // true for spectral normalisation of D's weights
  int64_t classes = 0;         // number of classes; 0: unconditional
  int64_t pac = 1;             // number of examples per score of D
  DType dtype = DType::f32;
};

class BatchNormMlp;

/// The generator of examples from z, and from a label if it is conditional: perceptron or convolutions.
class Generator : public Module {
 public:
  Generator(const GanShape& shape, Rng& rng);
  ~Generator() override;
  /// Maps z (B, latent), and labels (B) i64, to examples (B, inputs).
  Tensor forward(const Tensor& z) const override { return generate(z, {}); }
  Tensor generate(const Tensor& z, const Tensor& labels) const;
  /// Maps z to examples in D's units, pixels in [-1, 1].
  Tensor centred(const Tensor& z, const Tensor& labels) const;
  /// Maps z to examples in D's units in a training step: batch normalisation uses the statistics of this
  /// batch. The first examples of all packs have their own statistics, and so have the second ones, and so
  /// on, as in Lin et al.'s code.
  Tensor centred_in_training(const Tensor& z, const Tensor& labels) const;
  Tensor draw_codes(int64_t n, Rng& rng) const;  ///< z ~ p(z), one draw of rng: (n, latent)
  /// Returns rows of ten codes between two draws each, (10 rows, latent): on arcs for Gaussian codes, so
  /// that every point is as likely as a draw, else on straight lines. One draw of rng.
  Tensor codes_between(int64_t rows, Rng& rng) const;
  /// Generates n examples, (n, inputs), from new z (one draw of rng), with labels (n) if conditional.
  Tensor draw(int64_t n, Rng& rng, const Tensor& labels = {}) const;

 private:
  int64_t latent_, classes_, pac_;
  LatentPrior prior_;
  Units units_;
  std::unique_ptr<BatchNormMlp> normalised_;  // with batch normalisation; else null
  std::unique_ptr<Module> layers_;            // without batch normalisation; else null
};

/// The discriminator, which maps an example to its score, for most losses a logit, with layers or
/// convolutions and a linear map of their features. If it is conditional, the score is l(x) + l_y(x), with
/// one more linear map per class (Miyato & Koyama 2018, "cGANs with projection discriminator"). With pac
/// above 1 it gives one score to pac examples together, all real or all fake, with images stacked as
/// channels (Lin et al. 2018, "PacGAN"), so that D can detect samples without variety.
class Discriminator : public Module {
 public:
  Discriminator(const GanShape& shape, Rng& rng);
  /// Maps x (B, inputs), labels (B) i64 to scores (B / pac, 1). Throws Error if B is not a multiple of pac.
  Tensor forward(const Tensor& x) const override { return judge(centred(x), {}); }
  Tensor forward(const Tensor& x, const Tensor& labels) const { return judge(centred(x), labels); }
  /// Converts examples to D's units: pixels in [-1, 1], points unchanged.
  Tensor centred(const Tensor& x) const;
  /// Returns the scores of examples in D's units.
  Tensor judge(const Tensor& x, const Tensor& labels) const;
  int64_t pac() const { return pac_; }

 private:
  Tensor packed(const Tensor& x) const;

  Units units_;
  int64_t classes_, pac_;
  int64_t at_place_;  // elements per position: an image's channels, or a whole point
  Sequential layers_;
};

/// Returns x (B, ...), with its first rows repeated at the end if B is not a multiple of pac, as in an
/// epoch's last batch. Undefined if x is undefined.
Tensor whole_packs(const Tensor& x, int64_t pac);

}  // namespace gradzoo
