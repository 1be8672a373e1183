#pragma once

#include <string>

namespace gradzoo {

/// One number of an evaluation.
struct Quantity {
  std::string name;  // "elbo"
  double value;
  double standard_error;  // NaN where there is none
  std::string unit;       // "nats/image"
  std::string meaning;
};

}  // namespace gradzoo
