#include "gradzoo/datasets/images/check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

#include "datasets/images/image_folder.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/datasets/images/sha256.h"
#include "gradzoo/datasets/registry.h"

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
    throw Error("{}: no SHA-256 is recorded for it. Hint: restore SHA256SUMS.raw in its folder", path);
  const std::string digits = sha256_of_contents(path);
  if (digits != recorded->second)
    throw Error("{}: its SHA-256 is {}, not the recorded {}. Hint: fetch or copy it again", path, digits,
                recorded->second);
  return fmt::format("SHA-256 {} as recorded", digits);
}

std::string describe_images(const Tensor& images, int64_t expected) {
  const uint8_t* pixels = images.data<uint8_t>();
  const auto [least, most] = std::minmax_element(pixels, pixels + images.size());
  const auto total = std::accumulate(pixels, pixels + images.size(), int64_t{0});
  if (expected > 0 && images.dim(0) != expected)
    throw Error("{} images where {} are expected. Hint: fetch or copy the files again", images.dim(0),
                expected);
  if (*least == *most) throw Error("every pixel is {}. Hint: check the files", int{*least});
  return fmt::format("{} of {}x{}{}, pixels {} to {}, mean {:.4f}", images.dim(0), images.dim(1),
                     images.dim(2), images.rank() == 4 ? " in colour" : "", int{*least}, int{*most},
                     static_cast<double>(total) / static_cast<double>(images.size()) / 255);
}

std::string describe_points(const Tensor& points) {
  const std::vector<double> values = points.to_vector();
  const auto [least, most] = std::ranges::minmax(values);
  if (!std::isfinite(std::accumulate(values.begin(), values.end(), 0.0)))
    throw Error("some numbers are not finite. Hint: remove these points");
  std::string constant;
  const auto width = static_cast<size_t>(points.dim(1));
  for (size_t j = 0; j < width; ++j) {
    size_t at = j;
    while (at < values.size() && values[at] == values[j]) at += width;
    if (at >= values.size()) constant += fmt::format("; number {} is {:.6g} in all of them", j, values[j]);
  }
  return fmt::format("{} of {} numbers, {:.6g} to {:.6g}{}", points.dim(0), points.dim(1), least, most,
                     constant);
}

std::string numbers_of(const Tensor& values) {
  constexpr size_t kMost = 8;
  std::string text;
  const std::vector<double> all = values.to_vector();
  for (size_t i = 0; i < std::min(all.size(), kMost); ++i)
    text += fmt::format("{}{:.6g}", i > 0 ? ", " : "", all[i]);
  return all.size() > kMost ? text + ", ..." : text;
}

// In which units models see points, by those that are trained on.
std::string describe_units(const ImageDataset& data) {
  const Examples training = data.split(Split::fit);
  const PointUnits units = units_of_points(index_select(training.values, 0, training.rows));
  const bool shared = min(units.scale).item() == max(units.scale).item();
  return fmt::format("models see (x - centre) / scale; centre {}, scale {}{}", numbers_of(units.centre),
                     shared ? fmt::format("{:.6g}", units.length()) : numbers_of(units.scale),
                     shared ? "" : ", one per number, because they differ more than tenfold");
}

std::string describe_labels(const Tensor& labels, const std::vector<std::string>& names) {
  if (!labels.defined()) return "none";
  std::array<int64_t, 256> counts{};
  const uint8_t* label = labels.data<uint8_t>();
  for (int64_t i = 0; i < labels.size(); ++i) ++counts[label[i]];
  std::string text;
  for (size_t c = 0; c < counts.size(); ++c)
    if (counts[c] > 0)
      text += fmt::format("{}{}{}: {}", text.empty() ? "" : ", ", c, c < names.size() ? " " + names[c] : "",
                          counts[c]);
  return text;
}

// Training learns by heart what stands there twice, and a test does not see it where it is in both parts.
std::string describe_repeats(const ImageDataset& data) {
  const auto bytes_of = [](const Tensor& images, int64_t i) {
    const int64_t size = images.size() / images.dim(0);
    return std::string_view(reinterpret_cast<const char*>(images.data<uint8_t>() + i * size),
                            static_cast<size_t>(size));
  };
  std::unordered_set<std::string_view> train, test;
  for (int64_t i = 0; i < data.train_images.dim(0); ++i) train.insert(bytes_of(data.train_images, i));
  int64_t in_both = 0;
  for (int64_t i = 0; i < data.test_images.dim(0); ++i) {
    test.insert(bytes_of(data.test_images, i));
    in_both += train.contains(bytes_of(data.test_images, i)) ? 1 : 0;
  }
  return fmt::format(
      "{} training and {} test images repeat another of their part; {} test images are also in training",
      data.train_images.dim(0) - static_cast<int64_t>(train.size()),
      data.test_images.dim(0) - static_cast<int64_t>(test.size()), in_both);
}

std::string describe_skipped(const Skipped& skipped) {
  std::string names;
  for (const std::string& name : skipped.first) names += (names.empty() ? "" : ", ") + name;
  const bool more = skipped.count > static_cast<int64_t>(skipped.first.size());
  return fmt::format("{}: {} ({}{})", skipped.count, skipped.why, names, more ? ", ..." : "");
}

DatasetInfo info_of(const std::string& spec) {
  for (const DatasetInfo& info : known_datasets())
    if (info.name == spec) return info;
  return {};
}

// The files of a folder of IDX files, and their check sums; false where they are not as they should be.
bool check_idx_files(std::vector<Finding>& findings, const std::string& spec, const std::string& folder) {
  ImageFiles files;
  const auto find_files = [&] {
    files = find_image_files(folder);
    const size_t count = files.paths().size();
    return count == 4 ? std::string("all four exist")
                      : fmt::format("{} of four exist; training images are required", count);
  };
  if (!add(findings, "files", find_files)) return false;
  const auto sums = recorded_sums(folder);
  if (spec == "mnist" || !sums.empty())
    for (const std::string& path : files.paths())
      add(findings, fs::path(path).filename().string(), [&] { return compare_sum(path, sums); });
  return true;
}

}  // namespace

DatasetCheck check_dataset(const std::string& spec, const ImageOptions& options,
                           const ReadProgress& progress) {
  DatasetCheck check;
  std::vector<Finding>& findings = check.findings;
  ImageDataset& data = check.data;
  std::string folder;
  if (!add(findings, "folder", [&] { return folder = image_folder(spec); })) return check;
  if (is_idx_folder(folder) && !check_idx_files(findings, spec, folder)) return check;
  const auto load = [&] {
    data = load_images(spec, options, progress);
    const std::string classes = data.classes == 0 ? "no labels" : fmt::format("{} classes", data.classes);
    return fmt::format("{}, {}{}", data.form, classes,
                       data.test_drawn ? "; no test part, so a sixth of the examples is drawn for it" : "");
  };
  if (!add(findings, "contents", load)) return check;
  const DatasetInfo info = info_of(spec);
  const auto describe = [&](const Tensor& values, int64_t expected) {
    return data.is_images() ? describe_images(values, expected) : describe_points(values);
  };
  const std::string what = data.is_images() ? "images" : "points";
  add(findings, "training " + what, [&] { return describe(data.train_images, info.train); });
  add(findings, "training labels", [&] { return describe_labels(data.train_labels, data.class_names); });
  add(findings, "test " + what, [&] { return describe(data.test_images, info.test); });
  add(findings, "test labels", [&] { return describe_labels(data.test_labels, data.class_names); });
  if (data.is_images()) {
    add(findings, "repeated", [&] { return describe_repeats(data); });
  } else if (findings.back().good) {
    add(findings, "units", [&] { return describe_units(data); });
  }
  for (const Skipped& skipped : data.skipped)
    add(findings, "skipped", [&] { return describe_skipped(skipped); });
  return check;
}

}  // namespace gradzoo
