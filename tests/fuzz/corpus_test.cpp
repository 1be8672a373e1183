#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fuzz/targets.h"
#include "support/paths.h"
#include "support/scratch.h"

using namespace gradzoo::fuzz;
namespace fs = std::filesystem;

namespace {

const std::string kCorpus = gradzoo::test::source_dir() + "/tests/fuzz/corpus";
constexpr int kMutations = 2000;  // of each file

// A few bytes changed, cut out, doubled, or put in; numbers by their extremes.
std::string mutated(std::string bytes, std::mt19937& random) {
  const auto below = [&](size_t n) { return static_cast<size_t>(random()) % std::max<size_t>(n, 1); };
  for (size_t left = 1 + below(4); left > 0; --left) {
    const size_t at = below(bytes.size()), length = std::min(bytes.size() - at, 1 + below(16));
    constexpr unsigned char kExtremes[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '"', '9', '-'};
    switch (below(5)) {
      case 0:
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), std::min(length, size_t{4}),
                    static_cast<char>(kExtremes[below(std::size(kExtremes))]));
        break;
      case 1:
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), std::min(length, size_t{1}),
                    static_cast<char>(below(256)));
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), length));
        break;
      default:
        bytes.resize(bytes.size() - below(bytes.size() / 4));
    }
  }
  return bytes;
}

std::vector<std::string> corpus_of(const Target& target) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(kCorpus + "/" + std::string(target.name)))
    files.push_back(entry.path().string());
  std::ranges::sort(files);
  return files;
}

}  // namespace

TEST_CASE("Each target has a corpus, and each corpus a target") {
  std::set<std::string> names, folders;
  for (const Target& target : targets()) names.emplace(target.name);
  for (const auto& entry : fs::directory_iterator(kCorpus)) folders.insert(entry.path().filename().string());
  CHECK(names == folders);
}

TEST_CASE("Of each corpus some file is read, so that its mutations reach beyond the first refusal") {
  for (const Target& target : targets()) {
    INFO(target.name);
    CHECK(std::ranges::any_of(corpus_of(target), [&](const std::string& path) {
      const std::string bytes = gradzoo::test::read_file(path);
      return target.read(std::as_bytes(std::span(bytes)));
    }));
  }
}

TEST_CASE("What reads files takes the corpora, and seeded mutations of them, or refuses them with a hint") {
  for (const Target& target : targets()) {
    std::mt19937 random(1);
    for (const std::string& path : corpus_of(target)) {
      INFO(path);
      const std::string bytes = gradzoo::test::read_file(path);
      CHECK_NOTHROW(static_cast<void>(target.read(std::as_bytes(std::span(bytes)))));
      for (int mutation = 0; mutation < kMutations; ++mutation) {
        CAPTURE(mutation);
        const std::string changed = mutated(bytes, random);
        CHECK_NOTHROW(static_cast<void>(target.read(std::as_bytes(std::span(changed)))));
      }
    }
  }
}
