#pragma once

#include <string>

namespace gradzoo {

/// The folder of the bundled MNIST: GRADZOO_DATA/mnist if that environment variable is set, else
/// ../share/gradzoo/datasets/mnist beside the running program, else datasets/mnist in the source tree. Throws
/// Error naming where it looked if it isn't there.
std::string mnist_folder();

}  // namespace gradzoo
