#include "experiments/uses/own_examples.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "datasets/images/array_files.h"
#include "datasets/images/picture.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/datasets/images/resample.h"
#include "gradzoo/datasets/kinds/kind.h"

namespace gradzoo {
namespace {

// (1, H, W, 3) u8.
Tensor picture_in(const std::string& path, const ImageOptions& options) {
  const std::string bytes = read_plain_file(path, kMostPictureBytes);
  try {
    const DecodedPicture picture =
        decode_picture(std::as_bytes(std::span(bytes)), background_colour(options.as_read().background));
    Tensor pixels = empty({1, picture.height, picture.width, 3}, DType::u8);
    std::ranges::copy(picture.rgb, pixels.mutable_data<uint8_t>());
    return pixels;
  } catch (const Error& error) {
    throw Error("{}: {}", path, error.what());
  }
}

Tensor images_in(const std::string& path, bool is_array, const DataShape& shape,
                 const ImageOptions& options) {
  if (!is_array) return picture_in(path, options);
  ImageOptions rows = options.as_read();
  rows.size = shape.height() == shape.width() ? shape.height() : 0;
  ImageDataset data = load_array_file(path, rows);
  if (data.is_images()) return data.train_images;
  throw Error("{}: has rows of {} numbers instead of images. Hint: give images, (N, {}, {})", path,
              data.train_images.dim(1), shape.height(), shape.width());
}

// Pixels of the run's number of channels and size.
Tensor fitted(Tensor images, const std::string& path, const DataShape& shape, std::string& remarks) {
  if (images.rank() == 4 && shape.channels() == 1) images = to_grey(images);
  if (images.rank() == 3 && shape.channels() == 3) images = to_rgb(images);
  const int64_t height = images.dim(1), width = images.dim(2);
  if (height == shape.height() && width == shape.width()) return images;
  if (shape.height() != shape.width())
    throw Error("{}: has {}x{} pixels, but the run learned {}. Hint: crop it to that size", path, height,
                width, shape.kind().size(shape.example));
  remarks += fmt::format("{}: the central square of {}x{} pixels was resampled to {}x{}\n", printable(path),
                         height, width, shape.height(), shape.width());
  return crop_and_resample(images, shape.height());
}

Tensor points_in(const std::string& path, bool is_array, const DataShape& shape) {
  const int64_t d = shape.size();
  const PlainFile there(path);  // throws where it is not
  if (!is_array)
    throw Error("{}: is not a .npy file, but the run learned {}. Hint: give an array (N, {})", path,
                shape.kind().size(shape.example), d);
  Tensor points = cast(load_npy(path), DType::f32);
  if (d == 1 && points.rank() == 1) points = unsqueeze(points, 1);
  if (points.rank() != 2 || points.dim(1) != d)
    throw Error("{}: its shape is {}, but the run learned {}. Hint: give an array (N, {})", path,
                points.shape().str(), shape.kind().size(shape.example), d);
  if (!all_finite(points)) throw Error("{}: a number is not finite. Hint: remove such points", path);
  const auto is_bit = [](float x) { return x == 0 || x == 1; };
  if (shape.kind().bits && !std::all_of(points.data<float>(), points.data<float>() + points.size(), is_bit))
    throw Error("{}: a number is neither 0 nor 1, but the run learned only 0 and 1. Hint: round the numbers",
                path);
  return points;
}

}  // namespace

OwnExamples own_examples(std::span<const std::string> files, const DataShape& shape,
                         const ImageOptions& options) {
  OwnExamples out;
  Tensors parts;
  for (const std::string& path : files) {
    const bool is_array = is_array_file(path);
    Tensor part = shape.kind().pixels
                      ? fitted(images_in(path, is_array, shape, options), path, shape, out.remarks)
                      : points_in(path, is_array, shape);
    if (std::ssize(out.names) + part.dim(0) > kMostOwnExamples)
      throw Error("{}: with this file there are more than {} examples. Hint: give fewer at once", path,
                  kMostOwnExamples);
    for (int64_t i = 0; i < part.dim(0); ++i)
      out.names.push_back(is_array ? fmt::format("{}[{}]", path, i) : path);
    parts.push_back(std::move(part));
  }
  out.values = concat(parts, 0);
  return out;
}

}  // namespace gradzoo
