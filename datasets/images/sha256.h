#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Returns the SHA-256 of a file's bytes, unpacked if it is gzipped, as 64 hexadecimal digits (FIPS 180-4;
/// from libmd). Throws Error naming the file if it cannot be read.
std::string sha256_of_contents(const std::string& path);
/// Returns the SHA-256 of bytes.
std::string sha256_of(std::span<const std::byte> bytes);
/// Returns the SHA-256 of the tensors' bytes, one tensor after another; undefined tensors have no bytes.
std::string sha256_of_bytes(std::initializer_list<Tensor> tensors);

}  // namespace gradzoo
