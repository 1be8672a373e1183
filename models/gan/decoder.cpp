#include "models/gan/decoder.h"

#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/datasets/batches.h"
#include "gradzoo/nn/distributions.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/nn/learn/schedule.h"

namespace gradzoo {
namespace {

constexpr int64_t kAtOnce = 128, kHidden = 256;
constexpr double kRate = 1e-3, kClip = 100;

// Both as one, for a learner.
class Coder : public Module {
 public:
  Coder(Module& encoder, Module& decoder) {
    register_module("encoder", encoder);
    register_module("decoder", decoder);
  }
};

void copy_values(const std::vector<NamedTensor>& from, const std::vector<NamedTensor>& to) {
  for (size_t i = 0; i < from.size(); ++i) {
    Tensor target = to[i].tensor;
    std::copy_n(from[i].tensor.data<float>(), target.size(), target.mutable_data<float>());
  }
}

}  // namespace

void begin_as_decoder(Generator& generator, const GanShape& shape, const Classes& classes,
                      const Examples& examples, int64_t steps, uint64_t seed) {
  Rng init(seed, "gan/encoder"), noise(seed, "gan/codes");
  Batches batches(examples, {.batch = std::min(kAtOnce, examples.count()), .seed = seed});
  // Parameters of the generator are already a learner's, so one of its kind stands in for it.
  Generator decoder(shape, init);
  const Units units(shape.data.kind());
  const int64_t inputs = shape.data.size(), latent = shape.latent;
  Mlp encoder({inputs, kHidden, 2 * latent}, init, {.activation = "silu"});
  const Coder coder(encoder, decoder);
  Learner learner(coder, {.clip = kClip});
  for (int64_t step = 0; step < steps; ++step) {
    const Batch batch = batches.at(step);
    const Tensor x = units.centred(batch.x);
    const double rate = kRate * cosine_decay(step, steps);
    const Tape tape;
    const Tensor code = encoder.forward(x);
    const Tensor mu = slice(code, 1, 0, latent), logvar = slice(code, 1, latent, 2 * latent);
    const Tensor z = mu + exp(logvar * 0.5) * randn_like(mu, noise);
    const Tensor made = decoder.centred_in_training(z, classes.of(batch.x, batch.labels));
    const Tensor loss = 0.5 * static_cast<double>(inputs) * log(mean(square(x - made))) +
                        mean(kl_standard_normal_rows(mu, logvar));
    learner.step(loss, rate);
  }
  copy_values(decoder.named_parameters(), generator.named_parameters());
  copy_values(decoder.named_buffers(), generator.named_buffers());
}

}  // namespace gradzoo
