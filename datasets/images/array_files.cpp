#include "datasets/images/array_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "datasets/images/picture.h"
#include "datasets/images/zip.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/images/npy.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMostArrayFile = uint64_t{1} << 33;  // bytes: 4 GiB of pixels as 16-bit floats
constexpr int64_t kMostArraySide = 4096, kMostLabels = 256;

std::span<const std::byte> as_byte_span(const std::string& bytes) { return std::as_bytes(std::span(bytes)); }

/// Arrays of the two parts, as read; undefined where there are none.
struct Arrays {
  Tensor train, train_labels, test, test_labels;
};

Tensor read_npy_beside(const fs::path& path, const std::string& ending) {
  const fs::path file = path.parent_path() / (path.stem().string() + ending + ".npy");
  std::error_code error;
  return fs::exists(file, error) ? load_npy(file.string()) : Tensor();
}

Arrays read_npy_files(const std::string& bytes, const fs::path& path) {
  return {read_npy(as_byte_span(bytes), path.string()), read_npy_beside(path, "_labels"),
          read_npy_beside(path, "_test"), read_npy_beside(path, "_test_labels")};
}

// Names of arrays as people choose them: Keras', MedMNIST's, and NumPy's own for one without a name.
constexpr std::string_view kTrainNames[] = {"x_train", "train_images", "train_x", "images",
                                            "x",       "data",         "arr_0"};
constexpr std::string_view kTrainLabelNames[] = {"y_train", "train_labels", "train_y", "labels",
                                                 "y",       "arr_1"};
constexpr std::string_view kTestNames[] = {"x_test", "test_images", "test_x"};
constexpr std::string_view kTestLabelNames[] = {"y_test", "test_labels", "test_y"};

Arrays read_npz_file(const std::string& bytes, const std::string& path, std::vector<Skipped>& skipped) {
  const ZipReader zip(as_byte_span(bytes), path);
  std::vector<std::string> used;
  const auto find = [&](std::span<const std::string_view> names) -> Tensor {
    for (const std::string_view name : names)
      for (size_t i = 0; i < zip.names().size(); ++i)
        if (zip.names()[i] == std::string(name) + ".npy") {
          used.push_back(zip.names()[i]);
          return read_npy(zip.read(i), path + ": " + std::string(name));
        }
    return {};
  };
  Arrays arrays{find(kTrainNames), find(kTrainLabelNames), find(kTestNames), find(kTestLabelNames)};
  if (!arrays.train.defined()) {
    std::string names;
    for (const std::string& member : zip.names())
      if (names.size() < 200) names += (names.empty() ? "" : ", ") + printable(member);
    throw Error("{}: none of its arrays ({}) has a name for images. Hint: use images, x, x_train or arr_0",
                path, names.empty() ? "none" : names);
  }
  for (const std::string& member : zip.names()) {
    // numpy.load takes "x" for the array x, before "x.npy".
    if (std::ranges::find(used, member + ".npy") != used.end())
      throw Error("{}: it has two members for the array {}. Hint: save one array per name", path,
                  printable(member));
    if (std::ranges::find(used, member) == used.end())
      note_skipped(skipped, "an array with another name", member);
  }
  return arrays;
}

// What the pixels of both parts are: numbers in [0, 1], among them bits, or whole numbers in [0, 255].
struct PixelRange {
  double least = 0, most = 0;
  bool whole = true, finite = true;

  void add(const Tensor& values) {
    if (!values.defined()) return;
    visit_any(values.dtype(), [&]<class T>() {
      for (int64_t i = 0; i < values.size(); ++i) {
        const auto x = static_cast<double>(values.data<T>()[i]);
        finite = finite && std::isfinite(x);
        least = std::min(least, x);
        most = std::max(most, x);
        whole = whole && x == std::floor(x);
      }
    });
  }
  bool are_bits() const { return most == 1 && whole; }
};

// White is 255, or 1 where no pixel of either part is above.
Tensor as_bytes(const Tensor& values, const PixelRange& range, const std::string& path) {
  if (!range.finite || range.least < 0 || range.most > 255 || (range.most > 1 && !range.whole))
    throw Error(
        "{}: its pixels go from {} to {}{}. Hint: use floats in [0, 1], or whole numbers from 0 to 255", path,
        range.least, range.most, range.finite ? "" : ", and some are not finite");
  if (values.dtype() == DType::u8 && range.most > 1) return values;
  const double scale = range.most > 1 ? 1 : 255;
  Tensor out = empty(values.shape(), DType::u8);
  visit_any(values.dtype(), [&]<class T>() {
    std::transform(values.data<T>(), values.data<T>() + values.size(), out.mutable_data<uint8_t>(),
                   [=](T x) { return static_cast<uint8_t>(std::lround(static_cast<double>(x) * scale)); });
  });
  return out;
}

bool is_channels(int64_t count) { return count == 1 || count == 3 || count == 4; }

// Where both may be, as in (N, 1, 4, 4), images are squared.
bool has_channels_first(const Shape& s) {
  return is_channels(s[1]) && (!is_channels(s[3]) || (s[2] == s[3] && s[1] != s[2]));
}

// (N, C, H, W) to (N, H, W, C).
Tensor channels_last(const Tensor& images) {
  const int64_t n = images.dim(0), channels = images.dim(1), pixels = images.dim(2) * images.dim(3);
  Tensor out = empty({n, images.dim(2), images.dim(3), channels}, DType::u8);
  const uint8_t* const from = images.data<uint8_t>();
  uint8_t* const to = out.mutable_data<uint8_t>();
  for (int64_t i = 0; i < n; ++i)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t p = 0; p < pixels; ++p)
        to[(i * pixels + p) * channels + c] = from[(i * channels + c) * pixels + p];
  return out;
}

// (N, D) f32, whichever part they are of.
Tensor as_points(const Tensor& values, const std::string& path) {
  Tensor points = cast(values, DType::f32);
  const float *const begin = points.data<float>(), *const end = begin + points.size();
  const int64_t at = std::find_if_not(begin, end, [](float x) { return std::isfinite(x); }) - begin;
  if (at == points.size()) return points;
  throw Error("{}: number {} of point {} is not finite. Hint: remove such points", path, at % points.dim(1),
              at / points.dim(1));
}

// (N, H, W) or (N, H, W, 3) of any of the forms; points (N, D) f32.
Tensor as_examples(const Tensor& values, const PixelRange& range, const ImageOptions& options,
                   const std::string& path) {
  if (values.rank() == 2 && options.size == 0) return as_points(values, path);
  Tensor images = as_bytes(values, range, path);
  const int64_t n = images.dim(0), side = options.size;
  if (images.rank() == 2 && images.dim(1) == side * side) images = images.view({n, side, side});
  if (images.rank() == 2 && images.dim(1) == 3 * side * side) images = images.view({n, 3, side, side});
  if (images.rank() == 4 && has_channels_first(images.shape())) images = channels_last(images);
  const bool good = images.rank() == 3 || (images.rank() == 4 && is_channels(images.dim(3)));
  if (!good || images.dim(1) > kMostArraySide || images.dim(2) > kMostArraySide)
    throw Error(
        "{}: its shape is {}. Hint: save images as (N, H, W), (N, H, W, C) or (N, C, H, W) with C of 1, 3 or "
        "4; rows (N, D) are images with size= and points without",
        path, values.shape().str());
  if (images.rank() == 3) return images;
  if (images.dim(3) == 1) return images.view({n, images.dim(1), images.dim(2)});
  if (images.dim(3) == 3) return images;
  Tensor rgb = empty({n, images.dim(1), images.dim(2), 3}, DType::u8);
  over_background(images.data<uint8_t>(), images.size() / 4, background_colour(options.background),
                  rgb.mutable_data<uint8_t>());
  return rgb;
}

// (N) or (N, 1) whole numbers from 0 to 255.
Tensor as_labels(const Tensor& values, int64_t count, const std::string& path) {
  if (!values.defined()) return {};
  if (values.size() != count || values.dim(0) != count)
    throw Error("{}: its labels are {}, and there are {} examples. Hint: save one label per example", path,
                values.shape().str(), count);
  Tensor out = empty({count}, DType::u8);
  const std::vector<double> numbers = values.to_vector();
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (!(numbers[i] >= 0 && numbers[i] < kMostLabels && numbers[i] == std::floor(numbers[i])))
      throw Error("{}: label {} is {}. Hint: use whole numbers from 0 to 255", path, i, numbers[i]);
    out.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(numbers[i]);
  }
  return out;
}

}  // namespace

bool is_array_file(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return false;
  std::array<std::byte, 4> magic{};
  const PlainFile file(path);
  if (file.size() < magic.size()) return false;
  file.read(0, magic);
  const std::string_view text(reinterpret_cast<const char*>(magic.data()), magic.size());
  return text == "\x93NUM" || text == "PK\x03\x04";
}

ImageDataset load_array_file(const std::string& path, const ImageOptions& options) {
  ImageDataset data;
  std::string bytes = read_plain_file(path, kMostArrayFile);
  const bool npz = bytes.starts_with("PK");
  const Arrays arrays = npz ? read_npz_file(bytes, path, data.skipped) : read_npy_files(bytes, path);
  bytes = {};
  PixelRange range;
  range.add(arrays.train);
  range.add(arrays.test);
  data.form = npz ? "a .npz file" : "a .npy file";
  data.train_images = as_examples(arrays.train, range, options, path);
  if (data.is_images() && range.are_bits()) data.form += kOfBits;
  data.train_labels = as_labels(arrays.train_labels, data.train_images.dim(0), path);
  if (!arrays.test.defined()) return data;
  data.test_images = as_examples(arrays.test, range, options, path);
  data.test_labels = as_labels(arrays.test_labels, data.test_images.dim(0), path);
  return data;
}

}  // namespace gradzoo
