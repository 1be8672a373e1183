#pragma once

#include <stdexcept>
#include <string>

namespace gradzoo {

/// Everything a user can get wrong. The message is one sentence, and a hint at the mend.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace gradzoo
