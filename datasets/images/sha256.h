#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// SHA-256 of a file's bytes, unpacked if it is gzipped, as 64 hexadecimal digits (FIPS 180-4; computed by
/// libmd). Throws Error naming the file where it cannot be read.
std::string sha256_of_contents(const std::string& path);

/// SHA-256 of these bytes.
std::string sha256_of(std::span<const std::byte> bytes);

/// SHA-256 of the bytes of tensors, one after another; those that are undefined have none.
std::string sha256_of_bytes(std::initializer_list<Tensor> tensors);

}  // namespace gradzoo
