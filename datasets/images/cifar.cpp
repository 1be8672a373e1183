#include "datasets/images/cifar.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <vector>

#include "datasets/images/byte_reader.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCifarSide = 32, kCifarPixels = kCifarSide * kCifarSide, kRowBytes = 1 + 3 * kCifarPixels;
constexpr size_t kMostRows = 1'000'000;
constexpr int kCifarClasses = 10;

// Of a file that is there packed and unpacked, the latter.
std::vector<std::string> batch_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("data_batch_") && (name.ends_with(".bin") || name.ends_with(".bin.gz")))
      files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  std::erase_if(files, [&](const std::string& file) {
    return file.ends_with(".gz") && std::ranges::binary_search(files, file.substr(0, file.size() - 3));
  });
  return files;
}

struct Rows {
  std::vector<uint8_t> labels, images;  // (N), (N, 32, 32, 3)
};

void read_rows(const std::string& path, Rows& rows) {
  ByteReader file(path);
  std::vector<uint8_t> row(kRowBytes);
  while (true) {
    const size_t count = file.read(row);
    if (count == 0) return;
    if (count < kRowBytes || row[0] >= kCifarClasses || rows.labels.size() == kMostRows)
      throw Error("{}: row {} is cut short or has no label from 0 to 9. Hint: use CIFAR-10's binary version",
                  path, rows.labels.size());
    rows.labels.push_back(row[0]);
    for (size_t p = 0; p < kCifarPixels; ++p)
      for (size_t c = 0; c < 3; ++c) rows.images.push_back(row[1 + c * kCifarPixels + p]);
  }
}

void to_tensors(const Rows& rows, const std::string& path, Tensor& images, Tensor& labels) {
  const auto n = static_cast<int64_t>(rows.labels.size());
  if (n == 0) throw Error("{}: it has no images. Hint: copy or fetch it again", path);
  constexpr auto kSide = static_cast<int64_t>(kCifarSide);
  images = empty({n, kSide, kSide, 3}, DType::u8);
  labels = empty({n}, DType::u8);
  std::ranges::copy(rows.images, images.mutable_data<uint8_t>());
  std::ranges::copy(rows.labels, labels.mutable_data<uint8_t>());
}

std::vector<std::string> class_names_in(const fs::path& path) {
  std::error_code error;
  std::vector<std::string> names;
  if (!fs::exists(path, error)) return names;
  std::istringstream lines(read_plain_file(path.string(), 1 << 12));
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) names.push_back(line);
  if (names.size() != kCifarClasses) names.clear();
  return names;
}

}  // namespace

bool is_cifar_folder(const std::string& folder) { return !batch_files(folder).empty(); }

ImageDataset load_cifar_folder(const std::string& folder) {
  ImageDataset data;
  data.form = "CIFAR-10's binary files";
  Rows train;
  for (const std::string& file : batch_files(folder)) read_rows(file, train);
  to_tensors(train, folder, data.train_images, data.train_labels);
  data.class_names = class_names_in(fs::path(folder) / "batches.meta.txt");
  for (const char* name : {"test_batch.bin", "test_batch.bin.gz"}) {
    const fs::path test_file = fs::path(folder) / name;
    std::error_code error;
    if (!fs::exists(test_file, error)) continue;
    Rows test;
    read_rows(test_file.string(), test);
    to_tensors(test, test_file.string(), data.test_images, data.test_labels);
    break;
  }
  return data;
}

}  // namespace gradzoo
