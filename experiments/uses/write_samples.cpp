#include "gradzoo/experiments/uses/write_samples.h"

#include <filesystem>
#include <iterator>
#include <numeric>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/uses/write_images.h"
#include "models/pictures/samples_picture.h"

namespace gradzoo {
namespace {

std::string ending_of(const std::string& path) {
  return lower(std::filesystem::path(path).extension().string());
}

bool is_drawn(const std::string& ending) { return ending == ".png" || ending == ".svg"; }

std::string csv_text(const Tensor& samples) {
  const std::vector<double> values = samples.to_vector();
  const size_t width = static_cast<size_t>(samples.size() / samples.dim(0));
  fmt::memory_buffer text;
  for (size_t i = 0; i < values.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}{}", static_cast<float>(values[i]),
                   (i + 1) % width == 0 ? '\n' : ',');
  }
  return fmt::to_string(text);
}

bool names_folder(const std::string& path) {
  std::error_code error;
  return path.ends_with('/') || std::filesystem::is_directory(path, error);
}

void write_folder(const std::string& path, const Tensor& samples) {
  const Tensor images = image_bytes(samples);
  std::vector<int64_t> rows(static_cast<size_t>(images.dim(0)));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  make_new_folder(path);
  write_png_files(path, images, rows);
}

}  // namespace

std::string picture_ending(const DataShape& shape) { return shape.example == Shape{1} ? ".svg" : ".png"; }

void check_samples_path(const std::string& path, const std::string& picture) {
  const std::string ending = ending_of(path);
  if (names_folder(path)) return check_new_folder(path);
  if (ending == ".npy" || ending == ".csv") return;
  if (!is_drawn(ending))
    throw Error("{}: its ending is not a known format. Hint: use .png, .npy or .csv, or a folder: {}/", path,
                path);
  if (!picture.empty() && ending != picture)
    throw Error("{}: a picture of such samples is another kind of file. Hint: write x{}", path, picture);
}

void write_samples(const std::string& path, const Tensor& samples, const Toy* truth) {
  check_samples_path(path);
  if (names_folder(path)) {
    if (samples.rank() >= 3) return write_folder(path, samples);
    throw Error("{}: points cannot be written as single pictures. Hint: write x.npy or x.csv", path);
  }
  const std::string ending = ending_of(path);
  if (is_drawn(ending)) return write_drawing(path, draw_picture(samples_picture(samples, truth)));
  const std::string bytes = ending == ".csv" ? csv_text(samples) : npy_bytes(cast(samples, DType::f32));
  write_file_atomically(path, std::as_bytes(std::span(bytes)));
}

}  // namespace gradzoo
