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
  torch,   // lets z through by a sixth a layer
  normal,  // N(0, 0.02^2) in both networks, biases 0 (Radford et al. 2016)
};
inline constexpr Choice<GeneratorInit> kGeneratorInits[] = {
    {"he", GeneratorInit::he}, {"torch", GeneratorInit::torch}, {"normal", GeneratorInit::normal}};

/// What stands between product and ReLU in the hidden layers of an mlp G.
enum class GeneratorNorm { none, batch };
inline constexpr Choice<GeneratorNorm> kGeneratorNorms[] = {{"none", GeneratorNorm::none},
                                                            {"batch", GeneratorNorm::batch}};

/// p(z) of each of G's inputs.
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

/// The activation of D's hidden layers. A penalty on D's slope needs a smooth one.
using CriticActivation = Tensor (*)(const Tensor&);
Tensor steep_leaky_relu(const Tensor& x);  // slope 0.2 below 0
inline constexpr Choice<CriticActivation> kCriticActivations[] = {{"leaky_relu", steep_leaky_relu},
                                                                  {"silu", silu}};

struct GanShape {
  GanNet net = GanNet::mlp;
  DataShape data = {};  // pixels lie in [0, 1]: G ends in (1 + tanh)/2, and D sees 2 x - 1
  int64_t latent = 64;
  LatentPrior prior = LatentPrior::normal;
  int64_t channels = 64;                               // of dcgan
  int64_t norm_groups = 0;                             // of a dcgan's G; 0: not normalised
  std::vector<int64_t> generator_hidden = {256, 256};  // of mlp
  std::vector<int64_t> discriminator_hidden = {256, 256};
  GeneratorInit init = GeneratorInit::he;
  GeneratorNorm generator_norm = GeneratorNorm::none;  // of mlp
  int64_t maxout = 1;  // pieces of an mlp D's maxout layers; 1: `activation` bends
  CriticActivation activation = steep_leaky_relu;
  bool spectral_norm = false;  // of D's weights
  int64_t classes = 0;         // 0: neither player is conditional on a label
  int64_t pac = 1;             // examples that D judges at once
  DType dtype = DType::f32;
};

class BatchNormMlp;

/// The generator: maps z, and a label if it is conditional, to an example, by ReLU layers or transposed
/// convolutions.
class Generator : public Module {
 public:
  Generator(const GanShape& shape, Rng& rng);
  ~Generator() override;
  /// z (B, latent), labels (B) i64 -> (B, inputs)
  Tensor forward(const Tensor& z) const override { return generate(z, {}); }
  Tensor generate(const Tensor& z, const Tensor& labels) const;
  /// The same in D's units, pixels in [-1, 1].
  Tensor centred(const Tensor& z, const Tensor& labels) const;
  /// That of a training step: where G has batch normalisation, by the statistics of this batch. Those of the
  /// first members of all packs are apart from those of the second, and so on, as in Lin et al.'s code.
  Tensor centred_in_training(const Tensor& z, const Tensor& labels) const;
  Tensor draw_codes(int64_t n, Rng& rng) const;  ///< z ~ p(z), one draw of rng: (n, latent)
  /// Rows of ten codes from a draw to another, 2 rows of them in all, one draw of rng: on arcs of Gaussian
  /// codes, every point of which is as likely as a draw, else on straight lines. (10 rows, latent).
  Tensor codes_between(int64_t rows, Rng& rng) const;
  /// n examples from new z, one draw of rng, of these labels (n) if it is conditional: (n, inputs).
  Tensor draw(int64_t n, Rng& rng, const Tensor& labels = {}) const;

 private:
  int64_t latent_, classes_, pac_;
  LatentPrior prior_;
  Units units_;
  std::unique_ptr<BatchNormMlp> normalised_;  // either this
  std::unique_ptr<Module> layers_;            // or this
};

/// The discriminator: maps an example to its score, for most losses a logit, by layers or convolutions and a
/// linear map of their features. Conditional on a label it is l(x) + l_y(x), with one more such map for each
/// class (Miyato & Koyama 2018, "cGANs with projection discriminator"). With pac above 1 it gives one score
/// to this many examples at once, all real or all fake, with images stacked as channels (Lin et al. 2018,
/// "PacGAN"), so that D can see samples that are all alike.
class Discriminator : public Module {
 public:
  Discriminator(const GanShape& shape, Rng& rng);
  /// x (B, inputs), labels (B) i64 -> scores (B / pac, 1). Throws Error if B is not a multiple of pac.
  Tensor forward(const Tensor& x) const override { return judge(centred(x), {}); }
  Tensor forward(const Tensor& x, const Tensor& labels) const { return judge(centred(x), labels); }
  /// Examples in D's units: pixels in [-1, 1], points unchanged.
  Tensor centred(const Tensor& x) const;
  /// Scores of examples that are centred.
  Tensor judge(const Tensor& x, const Tensor& labels) const;
  int64_t pac() const { return pac_; }

 private:
  Tensor packed(const Tensor& x) const;

  Units units_;
  int64_t classes_, pac_;
  int64_t at_place_;  // numbers of an example at a place: an image's channels, or a whole point
  Sequential layers_;
};

/// Rows for whole packs: if B is not a multiple of pac, as in an epoch's last batch, x (B, ...) with its
/// first rows repeated at the end. Undefined if x is.
Tensor whole_packs(const Tensor& x, int64_t pac);

}  // namespace gradzoo
