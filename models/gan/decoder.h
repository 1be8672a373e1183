#pragma once

#include "gradzoo/datasets/examples.h"
#include "gradzoo/models/gan/networks.h"
#include "models/networks/classes.h"

namespace gradzoo {

/// Trains G as the decoder of a VAE, whose encoder is then discarded (Larsen et al. 2016 share decoder and
/// generator): p(x|z) = N(G(z), sigma^2 I) in D's units, with the optimal sigma of each batch (Rybkin et al.
/// 2021, section 3). The loss of an example with d elements is
///   d/2 log mean |x - G(z)|^2 / d + KL(q(z|x) || N(0, I)).
/// Adam makes `steps` steps with a learning rate that falls to 0. Throws NonFinite as a learner does.
void begin_as_decoder(Generator& generator, const GanShape& shape, const Classes& classes,
                      const Examples& examples, int64_t steps, uint64_t seed);

}  // namespace gradzoo
