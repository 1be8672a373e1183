#pragma once

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/nn/distributions.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "tools/python/python.h"

namespace gradzoo::python {

/// Returns the given generator, or the module's own, which gz.manual_seed() seeds.
Rng& or_default(Rng* rng);

}  // namespace gradzoo::python
