#pragma once

#include <memory>

#include "gradzoo/models/classifier/classifier.h"

namespace gradzoo {

/// A classifier of MNIST's digits, trained by `gradzoo train classifier`, for the sample metrics of all
/// models. Its weights are in the program (digits.sha256 has the file's sum).
std::unique_ptr<Classifier> digit_classifier();

}  // namespace gradzoo
