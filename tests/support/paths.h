#pragma once

#include <string>

namespace gradzoo::test {

/// Returns the source tree, for tests that read bundled data.
std::string source_dir();

/// Returns the build folder.
std::string binary_dir();

/// Returns the compiler that has compiled the tests.
std::string compiler();

/// Returns the path of the built gradzoo command, for tests that run it as a process.
std::string command();

}  // namespace gradzoo::test
