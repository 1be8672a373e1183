#pragma once

#include <string>

namespace gradzoo::test {

/// The source tree, for tests that read bundled data.
std::string source_dir();

/// The build folder.
std::string binary_dir();

/// The compiler that this was compiled with.
std::string compiler();

/// The gradzoo command as built, for tests that run it as a process of its own.
std::string command();

}  // namespace gradzoo::test
