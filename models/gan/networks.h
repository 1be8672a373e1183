#pragma once

#include <memory>
#include <vector>

#include "base/options.h"
#include "datasets/dataset.h"
#include "models/networks/image_coder.h"
#include "nn/layers/layers.h"

namespace gradzoo {

/// How G's weights begin.
enum class GeneratorInit {
  he,
  torch,  // lets z through by a sixth a layer
};
inline constexpr Choice<GeneratorInit> kGeneratorInits[] = {{"he", GeneratorInit::he},
                                                            {"torch", GeneratorInit::torch}};

enum class GanNet {
  dcgan,  // two convolutions each (Radford et al. 2016)
  mlp,
};
inline constexpr Choice<GanNet> kGanNets[] = {{"dcgan", GanNet::dcgan}, {"mlp", GanNet::mlp}};

/// What stands behind D's hidden layers. A penalty on its slope wants one that is smooth.
using CriticActivation = Tensor (*)(const Tensor&);
Tensor steep_leaky_relu(const Tensor& x);  // slope 0.2 below 0
inline constexpr Choice<CriticActivation> kCriticActivations[] = {{"leaky_relu", steep_leaky_relu},
                                                                  {"silu", silu}};

struct GanShape {
  GanNet net = GanNet::mlp;
  DataShape data = {};  // pixels lie in [0, 1]: G ends in (1 + tanh)/2, and D sees 2 x - 1
  int64_t latent = 64;
  int64_t channels = 64;                               // of dcgan
  int64_t norm_groups = 0;                             // of a dcgan's G; 0: not normalised
  std::vector<int64_t> generator_hidden = {256, 256};  // of mlp
  std::vector<int64_t> discriminator_hidden = {256, 256};
  GeneratorInit init = GeneratorInit::he;
  CriticActivation activation = steep_leaky_relu;
  bool spectral_norm = false;  // of D's weights
  int64_t classes = 0;         // 0: neither player is told a label
  int64_t pac = 1;             // examples that D judges at once
  DType dtype = DType::f32;
};

/// From z, and a label where it was made for some (else none is read), to an example: ReLU layers or
/// transposed convolutions.
class Generator : public Module {
 public:
  Generator(const GanShape& shape, Rng& rng);
  /// z (B, latent), labels (B) i64 -> (B, inputs)
  Tensor forward(const Tensor& z) const override { return generate(z, {}); }
  Tensor generate(const Tensor& z, const Tensor& labels) const;
  /// The same as D sees it, pixels in [-1, 1].
  Tensor centred(const Tensor& z, const Tensor& labels) const;
  int64_t latent() const { return latent_; }
  int64_t classes() const { return classes_; }
  /// n examples from fresh z, one draw of rng: (n, inputs); without labels of the classes in turn.
  Tensor draw(int64_t n, Rng& rng, const Tensor& labels = {}) const;

 private:
  int64_t latent_, classes_;
  bool pixels_;
  std::unique_ptr<Module> layers_;
};

/// From an example to its score, of most losses a logit: layers or convolutions, then a linear map of their
/// features. Of a label too it is l(x) + l_y(x), one more such map a class (Miyato & Koyama 2018, "cGANs with
/// projection discriminator"). With pac above 1 it gives one score to so many examples at once, all real or
/// all generated, images one behind the other in their channels (Lin et al. 2018, "PacGAN"): samples that are
/// all alike give themselves away.
class Discriminator : public Module {
 public:
  Discriminator(const GanShape& shape, Rng& rng);
  /// x (B, inputs), labels (B) i64 -> scores (B / pac, 1). Throws Error where B is no multiple of pac.
  Tensor forward(const Tensor& x) const override { return judge(centred(x), {}); }
  Tensor forward(const Tensor& x, const Tensor& labels) const { return judge(centred(x), labels); }
  /// Examples as D sees them: pixels in [-1, 1], points as they are.
  Tensor centred(const Tensor& x) const;
  /// Scores of examples that are centred.
  Tensor judge(const Tensor& x, const Tensor& labels) const;
  int64_t pac() const { return pac_; }

 private:
  Tensor packed(const Tensor& x) const;

  bool pixels_;
  int64_t classes_, pac_, channels_;
  Sequential layers_;
};

/// Rows for whole packs: x (B, ...) with its first rows once more behind it where B is no multiple of pac, as
/// an epoch's last batch may be. Undefined where x is.
Tensor whole_packs(const Tensor& x, int64_t pac);

}  // namespace gradzoo
