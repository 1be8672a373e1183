#pragma once

namespace gradzoo::kernels {

/// What softmax.cpp makes of a line.
enum class SoftmaxOutput { logsumexp, softmax, log_softmax };

}  // namespace gradzoo::kernels
