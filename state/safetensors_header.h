#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "autograd/tensor.h"

namespace gradzoo {

/// Free text beside the tensors: the header's `__metadata__`.
using Metadata = std::map<std::string, std::string>;

/// How a file keeps a number: as its dtype does, or an f32 in 16 bits (state/half.h).
enum class Stored { whole, f16, bf16 };

/// One tensor of a safetensors file.
struct SafetensorsEntry {
  std::string name;               ///< unique in the file
  DType dtype = DType::f32;       ///< of what is read
  Stored stored = Stored::whole;  ///< how its numbers are kept
  Shape shape;                    ///< of the tensor
  uint64_t begin = 0;             ///< of its bytes in the file's data section
  uint64_t end = 0;               ///< one past the last
};

/// What a file says before its data.
struct SafetensorsHeader {
  Metadata metadata;                      ///< free text, by key
  std::vector<SafetensorsEntry> entries;  ///< in the order of their bytes
};

/// The format's name of a dtype: F32, F64, I64 or U8, and F16 or BF16 of what is stored so.
std::string_view safetensors_dtype(DType dtype, Stored stored = Stored::whole);
/// Bytes of one number in the file.
size_t stored_bytes(DType dtype, Stored stored);

/// A name from outside in quotes, fit for a terminal: at most 60 characters, control characters as '?'.
std::string quoted_name(std::string_view name);

/// Reads the JSON header of a safetensors file whose data section has `data_bytes`. The text is hostile: one
/// object of objects, each name once, known dtypes, sizes and offsets as whole numbers without overflow, and
/// bytes that cover the data section exactly once. Throws Error naming `file` and the entry for anything
/// else.
SafetensorsHeader parse_safetensors_header(std::string_view json, uint64_t data_bytes,
                                           const std::string& file);

}  // namespace gradzoo
