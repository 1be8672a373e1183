#pragma once

#include <set>
#include <string>

namespace gradzoo {

/// Names of a C++ program that collide neither with one another nor with what the program uses.
class ProgramNames {
 public:
  ProgramNames();
  /// Returns the name, changed if it is taken, reserved or a macro.
  std::string fresh(std::string name);

 private:
  std::set<std::string> used_;
};

}  // namespace gradzoo
