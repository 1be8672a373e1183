#pragma once

#include <memory>

#include "gradzoo/models/classifier/classifier.h"

namespace gradzoo {

/// Returns a classifier of MNIST digits, trained with `gradzoo train classifier`, for the sample metrics of
/// all models. The program contains its weights (digits.sha256 has the file's checksum).
std::unique_ptr<Classifier> digit_classifier();

}  // namespace gradzoo
