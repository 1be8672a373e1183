#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "datasets/images/idx_files.h"
#include "support/paths.h"
#include "support/process.h"

/// Small data and short runs, for tests that run the command as a process.
namespace gradzoo::test {

/// Writes an IDX dataset of `side` x `side` images: blobs whose place follows the label, with some noise.
inline void write_small_dataset(const std::string& folder, uint32_t train, uint32_t test, uint32_t side) {
  const auto write = [&](const std::string& name, const Bytes& bytes) {
    write_file(folder + "/" + name, std::string(bytes.begin(), bytes.end()));
  };
  const auto images = [&](uint32_t count) {
    Bytes pixels;
    uint32_t noise = 12345;
    for (uint32_t i = 0; i < count; ++i)
      for (uint32_t place = 0; place < side * side; ++place) {
        noise = noise * 1664525u + 1013904223u;
        const bool ink = place / side / 2 == i % (side / 2) || place % side == i % side;
        pixels.push_back(static_cast<uint8_t>((ink ? 200u : 0u) + (noise >> 24) % 56u));
      }
    return idx_bytes({count, side, side}, pixels);
  };
  const auto labels = [&](uint32_t count) {
    Bytes values;
    for (uint32_t i = 0; i < count; ++i) values.push_back(static_cast<uint8_t>(i % 4));
    return idx_bytes({count}, values);
  };
  std::filesystem::create_directories(folder);
  write("train-images-idx3-ubyte", images(train));
  write("train-labels-idx1-ubyte", labels(train));
  write("t10k-images-idx3-ubyte", images(test));
  write("t10k-labels-idx1-ubyte", labels(test));
}

/// The same of coloured images of 8 x 8, (n, 8, 8, 3): the label says which stripes, the image's number which
/// colour they have. With four labels, or none.
inline void write_coloured_dataset(const std::string& folder, uint32_t train, uint32_t test, bool labels) {
  constexpr uint32_t kSide = 8, kColours = 3, kLabels = 4;
  std::filesystem::create_directories(folder);
  for (const auto& [part, count] : {std::pair{"train", train}, std::pair{"t10k", test}}) {
    Bytes pixels, label_of;
    uint32_t noise = 12345 + count;
    for (uint32_t i = 0; i < count; ++i) {
      label_of.push_back(static_cast<uint8_t>(i % kLabels));
      for (uint32_t place = 0; place < kSide * kSide * kColours; ++place) {
        noise = noise * 1664525u + 1013904223u;
        const uint32_t y = place / (kSide * kColours), x = place / kColours % kSide, label = i % kLabels;
        const bool striped = label == 0   ? y % 2 == 0
                             : label == 1 ? x % 2 == 0
                                          : label == 3 || (x + y) % 2 == 0;
        const bool bright = place % kColours == i % kColours && striped;
        pixels.push_back(static_cast<uint8_t>((bright ? 200u : 10u) + (noise >> 24) % 40u));
      }
    }
    const std::string prefix = folder + "/" + part;
    const auto write = [&](const char* what, const Bytes& bytes) {
      write_file(prefix + what, std::string(bytes.begin(), bytes.end()));
    };
    write("-images-idx3-ubyte", idx_bytes({count, kSide, kSide, kColours}, pixels));
    if (labels) write("-labels-idx1-ubyte", idx_bytes({count}, label_of));
  }
}

/// `gradzoo` followed by the words of `line`.
inline std::vector<std::string> gradzoo_words(const std::string& line) {
  std::vector<std::string> words = words_of(line);
  words.insert(words.begin(), command());
  return words;
}

inline ProcessResult run_gradzoo(const std::string& line, const std::string& folder) {
  return run_process(gradzoo_words(line), folder);
}

/// The same of what must succeed.
inline ProcessResult run_ok(const std::string& line, const std::string& folder) {
  const ProcessResult result = run_gradzoo(line, folder);
  REQUIRE_MESSAGE(result.status == 0, "gradzoo ", line, ": ", result.err, result.out);
  return result;
}

inline nlohmann::json json_of(const std::string& line, const std::string& folder) {
  return nlohmann::json::parse(run_ok(line, folder).out);
}

/// This process in another folder, where what the command wrote names its data.
class InFolder {
 public:
  explicit InFolder(const std::string& folder) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  ~InFolder() { std::filesystem::current_path(before_); }
  InFolder(const InFolder&) = delete;
  InFolder& operator=(const InFolder&) = delete;

 private:
  std::filesystem::path before_;
};

}  // namespace gradzoo::test
