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

/// Texts that are stored next to the tensors, by key: the header's `__metadata__`.
using Metadata = std::map<std::string, std::string>;

/// Storage of a number in a file: in its dtype, or an f32 in 16 bits (state/half.h).
enum class Stored { whole, f16, bf16 };

/// One tensor of a safetensors file.
struct SafetensorsEntry {
  std::string name;               ///< name, unique in the file
  DType dtype = DType::f32;       ///< dtype of the tensor that is read
  Stored stored = Stored::whole;  ///< storage of the tensor's numbers
  Shape shape;                    ///< shape of the tensor
  uint64_t begin = 0;             ///< offset of the first byte in the file's data section
  uint64_t end = 0;               ///< offset after the last byte

  bool operator==(const SafetensorsEntry&) const = default;  ///< compares every field
};

/// Header of a safetensors file.
struct SafetensorsHeader {
  Metadata metadata;                      ///< texts, by key
  std::vector<SafetensorsEntry> entries;  ///< entries, in the order of their bytes
};

/// Returns the format's name of a dtype: F32, F64, I64 or U8, or F16 and BF16 for an f32 in 16 bits.
std::string_view safetensors_dtype(DType dtype, Stored stored = Stored::whole);
/// Returns the number of bytes per number in the file.
size_t stored_bytes(DType dtype, Stored stored);

/// Returns an untrusted name in quotes for a terminal: at most 60 characters, others than ASCII text as '?'.
std::string quoted_name(std::string_view name);

/// Reads the JSON header of a safetensors file whose data section has `data_bytes`. The text is not trusted.
/// It must be one object of objects, with each name once, known dtypes, sizes and offsets as whole numbers
/// without overflow, and offsets that cover the data section exactly once. Throws Error naming `file` and the
/// entry if it is not.
SafetensorsHeader parse_safetensors_header(std::string_view json, uint64_t data_bytes,
                                           const std::string& file);

/// An open file with a checked header. Values are read on demand.
class SafetensorsReader {
 public:
  /// Throws Error if the file is missing, not a regular file, cut short, or not in the format.
  explicit SafetensorsReader(const std::string& path, Links links = Links::follow);
  /// Reads from bytes in memory, which must outlive the reader; errors call the file `name`.
  SafetensorsReader(const std::string& name, std::string_view bytes);
  /// Reads from bytes in memory, which the reader owns.
  SafetensorsReader(const std::string& name, std::vector<std::byte> bytes);

  const std::string& path() const { return path_; }              ///< path of the file
  const Metadata& metadata() const { return header_.metadata; }  ///< the free-form text
  /// Returns the entries in the order of their bytes.
  const std::vector<SafetensorsEntry>& entries() const { return header_.entries; }
  /// Returns the number of bytes that the tensors need in memory.
  uint64_t data_bytes() const;
  const SafetensorsEntry* find(std::string_view name) const;  ///< entry of this name, or nullptr

  /// Returns the bytes of an entry in its dtype. Throws Error if the file has become shorter since it was
  /// opened, or if this file does not have the entry.
  std::vector<std::byte> read(const SafetensorsEntry& entry) const;
  /// Returns the entry as a tensor.
  Tensor read_tensor(const SafetensorsEntry& entry) const;

 private:
  void read_header();
  uint64_t size() const { return file_ ? file_->size() : bytes_.size(); }
  void read_at(uint64_t offset, std::span<std::byte> out) const;

  std::string path_;
  std::unique_ptr<PlainFile> file_;  ///< open file, or null if the bytes are in memory
  std::vector<std::byte> kept_;
  std::string_view bytes_;
  SafetensorsHeader header_;
  uint64_t data_begin_ = 0;
};

/// A tensor to write.
struct SafetensorsTensor {
  std::string name;              ///< name of the entry
  DType dtype = DType::f32;      ///< dtype of `bytes`
  Shape shape;                   ///< shape of the tensor
  std::vector<std::byte> bytes;  ///< values in the dtype
  bool half = false;             ///< f32 only: true rounds each number to F16
};

/// Returns a whole file in the layout of Python's `safetensors`: entries by alignment of dtype (I64, F64,
/// F32, F16, U8) and then by name, without holes; the header padded with spaces to 8 bytes; metadata by key.
/// Throws Error if a name is taken, reserved or not UTF-8, if the number of bytes does not match the shape,
/// or if F16 would turn a finite number into infinity.
std::vector<std::byte> to_safetensors(std::vector<SafetensorsTensor> tensors, const Metadata& metadata = {});

}  // namespace gradzoo
