#pragma once

#include <string>

#include "gradzoo/base/folders.h"

namespace gradzoo {

/// The folder of the bundled MNIST, below what GRADZOO_DATA names, where it names some. Throws Error naming
/// where it looked if it isn't there.
inline std::string mnist_folder() {
  return (find_data_folder("datasets", "mnist", "GRADZOO_DATA") / "mnist").string();
}

}  // namespace gradzoo
