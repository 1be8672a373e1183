#pragma once

#include "nn/learn/parameters.h"

namespace gradzoo {

/// The Euclidean norm of all gradients together, summed in double. NaN or infinity where a gradient is not
/// finite.
double grad_norm(Parameters& parameters);

/// Scales the gradients so that their norm is at most `max_norm` (Pascanu et al. 2013, algorithm 1) and
/// returns the norm before. A norm that is not finite is returned too, and the gradients stay as they are:
/// the caller must not step. Throws Error unless max_norm is above 0.
double clip_grad_norm(Parameters& parameters, double max_norm);

}  // namespace gradzoo
