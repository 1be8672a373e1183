#pragma once

namespace gradzoo {

/// The version of this program, as `gradzoo --version` prints it.
inline constexpr const char* kVersion = "0.4.0";

}  // namespace gradzoo
