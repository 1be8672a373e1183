#pragma once

#include <vector>

#include "autograd/base/options.h"
#include "nn/layers/layers.h"

namespace gradzoo {

/// How G's weights begin.
enum class GeneratorInit {
  he,
  torch,  // lets z through by a sixth a layer
};
inline constexpr Choice<GeneratorInit> kGeneratorInits[] = {{"he", GeneratorInit::he},
                                                            {"torch", GeneratorInit::torch}};

struct GanShape {
  int64_t inputs = 784;  // numbers of one example
  int64_t latent = 64;
  std::vector<int64_t> generator_hidden = {256, 256};
  std::vector<int64_t> discriminator_hidden = {256, 256};
  GeneratorInit init = GeneratorInit::he;
  bool pixels = true;  // examples lie in [0, 1]: G ends in (1 + tanh)/2, and D sees 2 x - 1
  DType dtype = DType::f32;
};

/// ReLU layers from z to an example.
class Generator : public Module {
 public:
  Generator(const GanShape& shape, Rng& rng);
  /// z (B, latent) -> (B, inputs)
  Tensor forward(const Tensor& z) const override;
  /// The same as D sees it, pixels in [-1, 1].
  Tensor centred(const Tensor& z) const { return mlp_.forward(z); }
  int64_t latent() const { return latent_; }
  /// n examples from fresh z, one draw of rng: (n, inputs).
  Tensor draw(int64_t n, Rng& rng) const;

 private:
  int64_t latent_;
  bool pixels_;
  Mlp mlp_;
};

/// Leaky ReLU layers, slope 0.2, from an example to its logit.
class Discriminator : public Module {
 public:
  Discriminator(const GanShape& shape, Rng& rng);
  /// x (B, inputs) -> logits (B, 1)
  Tensor forward(const Tensor& x) const override { return judge(centred(x)); }
  /// Examples as D sees them: pixels in [-1, 1], points as they are.
  Tensor centred(const Tensor& x) const;
  /// Logits of examples that are centred.
  Tensor judge(const Tensor& x) const { return layers_.forward(x); }

 private:
  bool pixels_;
  Sequential layers_;
};

}  // namespace gradzoo
