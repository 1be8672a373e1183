#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/plain_file.h"

/// Files of named tensors in the safetensors format (https://github.com/huggingface/safetensors): 8 bytes of
/// header length, little-endian; a JSON header; the tensors' bytes, row-major and little-endian.
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

  bool operator==(const SafetensorsEntry&) const = default;  ///< in every field
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

/// An open file whose header has been checked. Values are read on demand.
class SafetensorsReader {
 public:
  /// Throws Error for a file that is missing, no plain file, cut short, or not in the format.
  explicit SafetensorsReader(const std::string& path, Links links = Links::follow);
  /// A file whose bytes are in memory and stay there; `name` is what errors call it.
  SafetensorsReader(const std::string& name, std::string_view bytes);
  /// One that keeps the bytes.
  SafetensorsReader(const std::string& name, std::vector<std::byte> bytes);

  const std::string& path() const { return path_; }              ///< as it was opened
  const Metadata& metadata() const { return header_.metadata; }  ///< of the header
  /// In the order of their bytes.
  const std::vector<SafetensorsEntry>& entries() const { return header_.entries; }
  /// Bytes that its tensors take in memory.
  uint64_t data_bytes() const;
  const SafetensorsEntry* find(std::string_view name) const;  ///< nullptr where there is none

  /// The bytes of one of entries(), of its dtype. Throws Error if the file has become shorter since, and for
  /// an entry of another file that this one does not have.
  std::vector<std::byte> read(const SafetensorsEntry& entry) const;
  /// The entry as a tensor.
  Tensor read_tensor(const SafetensorsEntry& entry) const;

 private:
  void read_header();
  uint64_t size() const { return file_ ? file_->size() : bytes_.size(); }
  void read_at(uint64_t offset, std::span<std::byte> out) const;

  std::string path_;
  std::unique_ptr<PlainFile> file_;  ///< or in memory:
  std::vector<std::byte> kept_;
  std::string_view bytes_;
  SafetensorsHeader header_;
  uint64_t data_begin_ = 0;
};

/// A tensor to write.
struct SafetensorsTensor {
  std::string name;              ///< of the entry
  DType dtype = DType::f32;      ///< of `bytes`
  Shape shape;                   ///< of the tensor
  std::vector<std::byte> bytes;  ///< of the dtype
  bool half = false;             ///< f32 only: written as F16, each the nearest
};

/// A whole file in the layout of Python's `safetensors`: entries by alignment of dtype (I64, F64, F32, F16,
/// U8) and then by name, without holes; the header padded with spaces to 8 bytes; metadata by key. Throws
/// Error for a name that is taken, reserved or not UTF-8, for bytes that are not the shape's, and for a
/// finite number that F16 would turn into infinity.
std::vector<std::byte> to_safetensors(std::vector<SafetensorsTensor> tensors, const Metadata& metadata = {});

}  // namespace gradzoo
