#pragma once

#include <memory>

#include "models/classifier/classifier.h"

namespace gradzoo {

/// A classifier of MNIST's digits that was trained by `gradzoo train classifier` (digits.sha256 beside it has
/// the file's sum): what the digits of all models are measured by. Its weights are in the program.
std::unique_ptr<Classifier> digit_classifier();

}  // namespace gradzoo
