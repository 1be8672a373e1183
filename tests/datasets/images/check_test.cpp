#include "gradzoo/datasets/images/check.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "datasets/images/idx_files.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/datasets/images/sha256.h"

namespace gradzoo {
using namespace test;
namespace {

std::vector<Finding> wrong(const std::string& spec) {
  std::vector<Finding> findings = check_dataset(spec).findings;
  std::erase_if(findings, [](const Finding& finding) { return finding.good; });
  return findings;
}

void write_small(const ScratchFolder& folder) {
  folder.write("train-images-idx3-ubyte.gz", gzipped(idx_bytes({2, 2, 3}, counting(12))));
  folder.write("train-labels-idx1-ubyte", idx_bytes({2}, {1, 1}));
  folder.write("t10k-images-idx3-ubyte", idx_bytes({1, 2, 3}, counting(6)));
  folder.write("t10k-labels-idx1-ubyte", idx_bytes({1}, {0}));
}

void write_text(const ScratchFolder& folder, const std::string& name, const std::string& text) {
  folder.write(name, Bytes(text.begin(), text.end()));
}

}  // namespace

TEST_CASE("the bundled MNIST passes, with its checksums, and its labels are told") {
  const std::vector<Finding> findings = check_dataset("mnist").findings;
  CHECK(std::all_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.good; }));
  CHECK(std::count_if(findings.begin(), findings.end(),
                      [](const Finding& finding) { return contains(finding.text, "SHA-256"); }) == 4);
  const auto labels = std::find_if(findings.begin(), findings.end(),
                                   [](const Finding& finding) { return finding.what == "test labels"; });
  REQUIRE(labels != findings.end());
  CHECK(labels->text.starts_with("0: 980, 1: 1135, "));
  const auto images = std::find_if(findings.begin(), findings.end(),
                                   [](const Finding& finding) { return finding.what == "training images"; });
  CHECK(images->text == "60000 of 28x28, pixels 0 to 255, mean 0.1307");
}

TEST_CASE("a folder without checksums is checked for what it holds") {
  const ScratchFolder folder;
  write_small(folder);
  CHECK(wrong(folder.path().string()).empty());
  folder.write("t10k-images-idx3-ubyte", idx_bytes({1, 2, 3}, Bytes(6, 7)));
  const auto findings = wrong(folder.path().string());
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].what == "test images");
  CHECK(contains(findings[0].text, "every pixel is 7"));
}

TEST_CASE("images that repeat one of their own part, or are in both parts, are counted apart") {
  const ScratchFolder folder;
  Bytes train(5 * 6, 1), test(2 * 6, 2);  // five equal images, and two
  train[0] = 9;
  folder.write("train-images-idx3-ubyte", idx_bytes({5, 2, 3}, train));
  folder.write("train-labels-idx1-ubyte", idx_bytes({5}, {1, 1, 1, 1, 1}));
  folder.write("t10k-images-idx3-ubyte", idx_bytes({2, 2, 3}, test));
  folder.write("t10k-labels-idx1-ubyte", idx_bytes({2}, {0, 0}));
  const std::vector<Finding> findings = check_dataset(folder.path().string()).findings;
  const auto repeated =
      std::find_if(findings.begin(), findings.end(), [](const Finding& f) { return f.what == "repeated"; });
  REQUIRE(repeated != findings.end());
  CHECK(repeated->text.starts_with("3 training and 1 test images repeat another of their part; 0 test"));
}

TEST_CASE("a changed file and a file without a checksum are found where checksums are recorded") {
  const ScratchFolder folder;
  write_small(folder);
  std::string sums;
  for (const char* name :
       {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"}) {
    const std::string raw = std::filesystem::path(name).replace_extension().string();
    sums += sha256_of_contents((folder.path() / name).string()) + "  " + raw + "\n";
  }
  write_text(folder, "SHA256SUMS.raw", sums);
  folder.write("train-labels-idx1-ubyte", idx_bytes({2}, {1, 0}));
  const auto findings = wrong(folder.path().string());
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].what == "train-labels-idx1-ubyte");
  CHECK(contains(findings[0].text, "not the recorded "));
  CHECK(findings[1].what == "t10k-labels-idx1-ubyte");
  CHECK(contains(findings[1].text, "no SHA-256 is recorded"));
}

TEST_CASE("a broken file, a missing file and an unknown dataset are findings, not exceptions") {
  const ScratchFolder folder;
  write_small(folder);
  folder.write("train-images-idx3-ubyte.gz", {0x1f, 0x8b, 0});
  auto findings = wrong(folder.path().string());
  REQUIRE(findings.size() == 1);
  CHECK(contains(findings[0].text, "train-images-idx3-ubyte.gz: ends in the middle"));
  std::filesystem::remove(folder.path() / "train-images-idx3-ubyte.gz");
  findings = wrong(folder.path().string());
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].what == "files");
  CHECK(wrong("mnits").size() == 1);
}

TEST_CASE("points are checked with the units in which models see them") {
  const ScratchFolder folder;
  const auto units_of = [&](const Tensor& points) {
    const std::string path = (folder.path() / "points.npy").string();
    save_npy(path, points);
    const std::vector<Finding> findings = check_dataset(path).findings;
    const auto units = std::ranges::find(findings, "units", &Finding::what);
    return units == findings.end() ? std::string() : units->text;
  };
  Tensor points = zeros({60, 2});
  for (int64_t i = 0; i < 120; ++i)
    points.mutable_data<float>()[i] = static_cast<float>(i % 2 == 0 ? 1000 : 7);
  CHECK(units_of(points) == "models see (x - centre) / scale; centre 1000, 7, scale 1");
  Rng rng(1, "check_test");
  points = randn({60, 2}, rng) * tensor({1, 1000}, {2});
  const std::string own = units_of(points);
  CHECK_MESSAGE(contains(own, ", one per number, because they differ more than tenfold"), own);
  CHECK_FALSE(contains(units_of(randn({60, 12}, rng)), "one per number"));
  CHECK(contains(units_of(randn({60, 12}, rng)), ", ..., scale "));
}

}  // namespace gradzoo
