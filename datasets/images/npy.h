#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Returns the array of a .npy file (NumPy's format 1.0 to 3.0), in C order: bytes and booleans as u8, 16-
/// and 32-bit floats as f32, all other numbers as f64. Both byte orders are read. `name` is the file's name
/// in messages. Throws Error if the file is not a .npy file, is cut short, has bytes after its end, has more
/// than 6 axes or no elements, or contains objects (pickles are programs and are never run), text, complex
/// numbers or records.
Tensor read_npy(std::span<const std::byte> file, std::string_view name);

/// Returns a .npy file, format 1.0, with the tensor's dtype. Throws Error for a tensor that read_npy rejects:
/// a scalar, or a tensor without elements.
std::string npy_bytes(const Tensor& values);

/// Work as numpy.load and numpy.save of one array. Throw Error as read_npy and npy_bytes do, and if the file
/// cannot be read or written.
Tensor load_npy(const std::string& path);
void save_npy(const std::string& path, const Tensor& values);  ///< numpy.save

}  // namespace gradzoo
