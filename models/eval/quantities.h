#pragma once

#include "models/base/quantity.h"

/// Numbers that several families measure.
namespace gradzoo {

inline constexpr QuantityInfo kKl{"kl", "nats"}, kLogZ{"log_z", "nats"};

}  // namespace gradzoo
