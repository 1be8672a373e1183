#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/plain_file.h"
#include "state/safetensors_header.h"

/// Files of named tensors in the safetensors format (https://github.com/huggingface/safetensors): 8 bytes of
/// header length, little-endian; a JSON header; the tensors' bytes, row-major and little-endian.
namespace gradzoo {

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

  /// The entry's bytes, of its dtype; throws Error where the file has become shorter since.
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
  bool half = false;             ///< f32 alone: written as F16, each the nearest
};

/// A whole file in the layout of Python's `safetensors`: entries by alignment of dtype (I64, F64, F32, F16,
/// U8) and then by name, without holes; the header padded with spaces to 8 bytes; metadata by key. Throws
/// Error for a name that is taken, reserved or not UTF-8, and for bytes that are not the shape's.
std::vector<std::byte> to_safetensors(std::vector<SafetensorsTensor> tensors, const Metadata& metadata = {});

}  // namespace gradzoo
