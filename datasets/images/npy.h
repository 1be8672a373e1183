#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// The array of a .npy file (NumPy's format 1.0 to 3.0): bytes and booleans as u8, 16- and 32-bit floats as
/// f32, all other numbers as f64; of either byte order, in C order whatever the file has. `name` stands in
/// messages. Throws Error for what is none, is cut short or goes on after its end, has 7 axes or more or no
/// number at all, and for objects (pickles are programs, and never run), text, complex numbers and records.
Tensor read_npy(std::span<const std::byte> file, std::string_view name);

/// A .npy file, format 1.0, of u8, i64, f32 or f64. Throws Error for what read_npy does not read: a scalar,
/// and a shape without elements.
std::string npy_bytes(const Tensor& values);

/// numpy.load and numpy.save of one array. Throw Error as read_npy and npy_bytes do, and if the file cannot
/// be read or written.
Tensor load_npy(const std::string& path);
void save_npy(const std::string& path, const Tensor& values);  ///< numpy.save

}  // namespace gradzoo
