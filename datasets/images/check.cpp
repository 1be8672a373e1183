#include "datasets/images/check.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "datasets/images/image_dataset.h"
#include "datasets/images/image_folder.h"
#include "datasets/images/sha256.h"
#include "datasets/registry.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

// Adds what `look()` found as text, or the Error that it threw; returns whether all was well.
template <class Fn>
bool add(std::vector<Finding>& findings, std::string what, Fn&& look) {
  Finding finding{std::move(what), "", true};
  try {
    finding.text = look();
  } catch (const Error& error) {
    finding.text = error.what();
    finding.good = false;
  }
  findings.push_back(std::move(finding));
  return findings.back().good;
}

// SHA256SUMS.raw: lines of "<64 digits>  <name>", of the unpacked files; empty where there is none.
std::map<std::string, std::string> recorded_sums(const std::string& folder) {
  std::ifstream file(fs::path(folder) / "SHA256SUMS.raw");
  std::map<std::string, std::string> sums;
  for (std::string digits, name; file >> digits >> name;) sums[name] = digits;
  return sums;
}

std::string compare_sum(const std::string& path, const std::map<std::string, std::string>& sums) {
  const fs::path file(path);
  const auto recorded =
      sums.find(file.extension() == ".gz" ? file.stem().string() : file.filename().string());
  if (recorded == sums.end())
    throw Error(
        fmt::format("{}: no SHA-256 is recorded for it. Hint: restore SHA256SUMS.raw beside it", path));
  const std::string digits = sha256_of_contents(path);
  if (digits != recorded->second)
    throw Error(fmt::format("{}: its SHA-256 is {}, not the recorded {}. Hint: fetch or copy it again", path,
                            digits, recorded->second));
  return fmt::format("SHA-256 {} as recorded", digits);
}

std::string describe_images(const Tensor& images, int64_t expected) {
  const uint8_t* pixels = images.data<uint8_t>();
  const auto [least, most] = std::minmax_element(pixels, pixels + images.size());
  const auto total = std::accumulate(pixels, pixels + images.size(), int64_t{0});
  if (expected > 0 && images.dim(0) != expected)
    throw Error(fmt::format("{} images where {} are expected. Hint: fetch or copy the files again",
                            images.dim(0), expected));
  if (*least == *most) throw Error(fmt::format("every pixel is {}. Hint: are these images?", int{*least}));
  return fmt::format("{} of {}x{}, pixels {} to {}, mean {:.4f}", images.dim(0), images.dim(1), images.dim(2),
                     int{*least}, int{*most},
                     static_cast<double>(total) / static_cast<double>(images.size()) / 255);
}

std::string describe_labels(const Tensor& labels) {
  std::array<int64_t, 256> counts{};
  const uint8_t* label = labels.data<uint8_t>();
  for (int64_t i = 0; i < labels.size(); ++i) ++counts[label[i]];
  std::string text;
  for (size_t c = 0; c < counts.size(); ++c)
    if (counts[c] > 0) text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", c, counts[c]);
  return text;
}

DatasetInfo info_of(const std::string& spec) {
  for (const DatasetInfo& info : known_datasets())
    if (info.name == spec) return info;
  return {};
}

}  // namespace

std::vector<Finding> check_dataset(const std::string& spec) {
  std::vector<Finding> findings;
  std::string folder;
  if (!add(findings, "folder", [&] { return folder = image_folder(spec); })) return findings;
  ImageFiles files;
  const auto find_files = [&] {
    files = find_image_files(folder);
    return std::string("all four are there");
  };
  if (!add(findings, "files", find_files)) return findings;
  const auto sums = recorded_sums(folder);
  if (spec == "mnist" || !sums.empty())
    for (const std::string& path : files.paths())
      add(findings, fs::path(path).filename().string(), [&] { return compare_sum(path, sums); });
  ImageDataset data;
  const auto load = [&] {
    data = load_images(spec);
    return fmt::format("images and labels match, {} classes", data.classes);
  };
  if (!add(findings, "contents", load)) return findings;
  const DatasetInfo info = info_of(spec);
  add(findings, "training images", [&] { return describe_images(data.train_images, info.train); });
  add(findings, "training labels", [&] { return describe_labels(data.train_labels); });
  add(findings, "test images", [&] { return describe_images(data.test_images, info.test); });
  add(findings, "test labels", [&] { return describe_labels(data.test_labels); });
  return findings;
}

}  // namespace gradzoo
