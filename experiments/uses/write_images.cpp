#include "gradzoo/experiments/uses/write_images.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "datasets/images/zip.h"
#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/images/npy.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

void write_bytes(const std::string& path, const std::string& bytes) {
  write_file_atomically(path, std::as_bytes(std::span(bytes)));
}

// One of many files of a new folder: none waits for the disk.
void write_new_file(const fs::path& path, std::span<const std::uint8_t> bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw Error("{}: cannot be written. Hint: check the free space of the disk", path.string());
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    throw Error("{}: the folder cannot be made: {}. Hint: check the path", path.string(),
                std::strerror(reason_for_no_file(path.string(), error.value())));
}

// A class's folder: its name, unless that would lead elsewhere, or its number.
std::string class_folder(const ImageDataset& data, size_t label) {
  std::string name = label < data.class_names.size() ? data.class_names[label] : "";
  if (!name.empty() && name[0] != '.' && name.find('/') == std::string::npos &&
      name.find('\0') == std::string::npos)
    return name;
  const size_t digits = std::to_string(data.classes - 1).size();
  return fmt::format("{:0{}}", label, digits);
}

void write_png_part(const fs::path& folder, const ImageDataset& data, const Tensor& images,
                    const Tensor& labels) {
  std::vector<std::vector<int64_t>> rows(static_cast<size_t>(std::max<int64_t>(1, data.classes)));
  for (int64_t i = 0; i < images.dim(0); ++i)
    rows[labels.defined() ? labels.data<uint8_t>()[i] : size_t{0}].push_back(i);
  for (size_t label = 0; label < rows.size(); ++label) {
    if (rows[label].empty()) continue;
    const fs::path of_class = labels.defined() ? folder / class_folder(data, label) : folder;
    make_folder(of_class);
    write_png_files(of_class.string(), images, rows[label]);
  }
}

// 00 00, unsigned bytes, the rank; the sizes, big-endian; the values.
std::string idx_file(const Tensor& values) {
  std::string out{'\0', '\0', '\x08', static_cast<char>(values.rank())};
  for (const int64_t size : values.shape())
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xff);
  out.append(reinterpret_cast<const char*>(values.data<uint8_t>()), static_cast<size_t>(values.size()));
  return out;
}

constexpr std::array<const char*, 4> kNpyEndings = {".npy", "_labels.npy", "_test.npy", "_test_labels.npy"};

std::string npy_stem(const std::string& path) {
  return path.ends_with(".npy") ? path.substr(0, path.size() - 4) : path;
}

/// A part's array, under its name in a form of several arrays.
using NamedArrays = std::vector<std::pair<std::string, Tensor>>;

NamedArrays arrays_of(const ImageDataset& data, const std::array<const char*, 4>& names) {
  NamedArrays arrays;
  for (size_t i = 0;
       const Tensor& array : {data.train_images, data.train_labels, data.test_images, data.test_labels}) {
    if (array.defined()) arrays.emplace_back(names[i], array);
    ++i;
  }
  return arrays;
}

}  // namespace

Tensor image_bytes(const Tensor& pixels) {
  Tensor out = empty(pixels.shape(), DType::u8);
  const std::vector<double> values = pixels.to_vector();
  uint8_t* const bytes = out.mutable_data<uint8_t>();
  for (size_t i = 0; i < values.size(); ++i) {
    const double value = std::isnan(values[i]) ? 0 : std::clamp(values[i], 0.0, 1.0);
    bytes[i] = static_cast<uint8_t>(std::lround(255 * value));
  }
  return out;
}

Image image_at(const Tensor& images, int64_t i, int scale) {
  const int64_t height = images.dim(1), width = images.dim(2), channels = images.rank() == 4 ? 3 : 1;
  Image out{static_cast<int>(width) * scale, static_cast<int>(height) * scale, {}};
  const uint8_t* const pixels = images.data<uint8_t>() + i * height * width * channels;
  for (int64_t y = 0; y < out.height; ++y)
    for (int64_t x = 0; x < out.width; ++x)
      for (int64_t c = 0; c < 3; ++c)
        out.rgb.push_back(pixels[(y / scale * width + x / scale) * channels + c % channels]);
  return out;
}

Image some_images(const ImageDataset& data, int64_t count) {
  const int64_t n = data.train_images.dim(0);
  std::vector<int64_t> rows;
  if (data.train_labels.defined()) {
    std::vector<bool> seen(256);
    for (int64_t i = 0; i < n; ++i) {
      const uint8_t label = data.train_labels.data<uint8_t>()[i];
      if (!seen[label]) rows.push_back(i);
      seen[label] = true;
    }
    std::ranges::sort(rows, {}, [&](int64_t i) { return data.train_labels.data<uint8_t>()[i]; });
  }
  rows.resize(static_cast<size_t>(std::min<int64_t>(count, static_cast<int64_t>(rows.size()))));
  const auto others = count - static_cast<int64_t>(rows.size());
  for (int64_t k = 0; k < others; ++k) rows.push_back((2 * k + 1) * n / (2 * others));
  constexpr int64_t kLeastSide = 64;
  constexpr int kGap = 4;
  const int64_t side = std::max(data.height(), data.width());
  const int scale = static_cast<int>(std::max<int64_t>(1, kLeastSide / side));
  Image out;
  out.height = static_cast<int>(data.height()) * scale + 2 * kGap;
  out.width = static_cast<int>(count) * (static_cast<int>(data.width()) * scale + kGap) + kGap;
  constexpr std::uint8_t kPaper = 128;  // neither a black nor a white picture melts into it
  out.rgb.assign(static_cast<size_t>(out.width) * static_cast<size_t>(out.height) * 3, kPaper);
  for (size_t k = 0; k < rows.size(); ++k) {
    const Image tile = image_at(data.train_images, rows[k], scale);
    const auto left = static_cast<int64_t>(k) * (tile.width + kGap) + kGap;
    for (int64_t y = 0; y < tile.height; ++y)
      std::copy_n(tile.rgb.data() + 3 * y * tile.width, 3 * tile.width,
                  out.rgb.data() + 3 * ((y + kGap) * out.width + left));
  }
  return out;
}

void check_new_folder(const std::string& path) {
  std::error_code error;
  if (fs::exists(path, error) && !(fs::is_directory(path, error) && fs::is_empty(path, error)))
    throw Error("{}: exists already. Hint: give a new or an empty folder", path);
}

void make_new_folder(const std::string& path) {
  check_new_folder(path);
  make_folder(path);
}

void write_png_files(const std::string& folder, const Tensor& images, std::span<const int64_t> rows) {
  for (size_t i = 0; i < rows.size(); ++i)
    write_new_file(fs::path(folder) / fmt::format("{:06}.png", i), encode_png(image_at(images, rows[i])));
}

ImageForm form_of_path(const std::string& path) {
  const std::string ending = lower(fs::path(path).extension().string());
  return ending == ".npy" ? ImageForm::npy : ending == ".npz" ? ImageForm::npz : ImageForm::png;
}

std::vector<Output> dataset_outputs(const std::string& path, ImageForm form) {
  if (form == ImageForm::npz) return {{"B", path, "an .npz file", {".npz", ""}}};
  if (form == ImageForm::npy) {
    std::vector<Output> outputs;
    outputs.reserve(std::size(kNpyEndings));
    for (const char* ending : kNpyEndings)
      outputs.push_back({"B", npy_stem(path) + ending, "an .npy file", {".npy"}});
    return outputs;
  }
  check_new_folder(path);
  return {{"B", path, "a folder", {""}}};
}

void write_dataset(const std::string& path, const ImageDataset& data, ImageForm form) {
  if (!data.is_images() && (form == ImageForm::png || form == ImageForm::idx))
    throw Error("{}: has points, which cannot be written as pictures. Hint: write x.npy or x.npz", data.name);
  switch (form) {
    case ImageForm::png:
      make_new_folder(path);
      write_png_part(fs::path(path) / "train", data, data.train_images, data.train_labels);
      write_png_part(fs::path(path) / "test", data, data.test_images, data.test_labels);
      return;
    case ImageForm::npy: {
      const std::string stem = npy_stem(path);
      const NamedArrays arrays = arrays_of(data, kNpyEndings);
      for (const char* ending : kNpyEndings) {
        const bool is_written =
            std::ranges::find(arrays, ending, &NamedArrays::value_type::first) != arrays.end();
        if (std::error_code error; !is_written && fs::exists(stem + ending, error))
          throw Error(
              "{}: exists already, and would be read with the new data. Hint: give another name, or remove "
              "the file",
              stem + ending);
      }
      for (const auto& [ending, array] : arrays) write_bytes(stem + ending, npy_bytes(array));
      return;
    }
    case ImageForm::npz: {
      std::vector<std::pair<std::string, std::string>> members;
      for (const auto& [name, array] : arrays_of(data, {"x_train", "y_train", "x_test", "y_test"}))
        members.emplace_back(name + ".npy", npy_bytes(array));
      return write_bytes(path, zip_bytes(members));
    }
    case ImageForm::idx:
      make_new_folder(path);
      for (const auto& [name, array] : arrays_of(data, {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                                        "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}))
        write_bytes((fs::path(path) / name).string(), idx_file(array));
      return;
  }
}

}  // namespace gradzoo
