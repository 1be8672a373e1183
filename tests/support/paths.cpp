#include "support/paths.h"

namespace gradzoo::test {

std::string source_dir() { return GRADZOO_SOURCE_DIR; }

std::string binary_dir() { return GRADZOO_BINARY_DIR; }

std::string compiler() { return GRADZOO_CXX; }

std::string command() { return binary_dir() + "/gradzoo"; }

}  // namespace gradzoo::test
