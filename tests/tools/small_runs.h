#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

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
    for (uint32_t i = 0; i < count; ++i) {
      for (uint32_t place = 0; place < side * side; ++place) {
        noise = noise * 1664525u + 1013904223u;
        const bool ink = place / side / 2 == i % (side / 2) || place % side == i % side;
        pixels.push_back(static_cast<uint8_t>((ink ? 200u : 0u) + (noise >> 24) % 56u));
      }
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

/// Words separated by single spaces.
inline std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
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
