#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gradzoo/base/error.h"
#include "support/scratch.h"

/// What reads bytes from outside, one function a reader. Each takes any bytes at all: they are read, or
/// refused (false) by a gradzoo::Error with a hint. Whatever else is thrown is a finding: libFuzzer looks for
/// such bytes, and the test `fuzz/corpus` holds the readers to those that were found.
namespace gradzoo::fuzz {

using Bytes = std::span<const std::byte>;

/// A safetensors file, loaded into a small State: saved again, it loads to equal bytes.
bool checkpoint(Bytes bytes);
/// config.toml, and the options of its model: written and read again, they are the same.
bool config(Bytes bytes);
/// An IDX file, as images and as labels, gzipped or plain.
bool idx(Bytes bytes);
/// metrics.jsonl: read as a report does, and cut back as a resumed run does.
bool metrics(Bytes bytes);
/// A .npy or .npz file, as an array and as a dataset: written and read again, an array is the same.
bool npy(Bytes bytes);
/// A PNG or JPEG file: decoded twice, it is the same.
bool picture(Bytes bytes);
/// A run directory: config.toml, metrics.jsonl and checkpoint, a line `%%` between two. Opened as `eval`,
/// `report` and `train --resume` open it, but not trained.
bool run(Bytes bytes);
/// What a browser, or anybody, sends to the live page: it is answered, and shows no file but those of runs.
/// Nothing is computed.
bool serve(Bytes bytes);
/// A line that names a model, then `key=value` lines. Where the model is small, it is made.
bool settings(Bytes bytes);

struct Target {
  std::string_view name;  // also of its folder in corpus/
  bool (*read)(Bytes);
};
std::span<const Target> targets();

inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Writes a file anew: where one is written over, some file systems wait for the disk.
inline void write_anew(const std::string& path, std::string_view bytes) {
  std::filesystem::remove(path);
  test::write_file(path, std::string(bytes));
}

/// Throws what no target lets pass.
inline void require(bool holds, const char* property) {
  if (!holds) throw std::logic_error(property);
}

/// Whether `read` succeeds, or is refused as it should be: by an Error with a hint.
template <class Read>
bool accepts(Read&& read) {
  try {
    read();
  } catch (const Error& error) {
    require(std::string_view(error.what()).find("Hint: ") != std::string_view::npos, error.what());
    return false;
  }
  return true;
}

}  // namespace gradzoo::fuzz
