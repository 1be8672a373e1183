#include <algorithm>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "datasets/images/array_files.h"
#include "datasets/images/cifar.h"
#include "datasets/images/idx.h"
#include "datasets/images/image_cache.h"
#include "datasets/images/image_folder.h"
#include "datasets/images/picture.h"
#include "datasets/images/read_pictures.h"
#include "datasets/images/variations.h"
#include "gradzoo/base/error.h"
#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/datasets/images/resample.h"

namespace gradzoo {
namespace {

constexpr int64_t kKnownClasses = 10;  // of mnist and fashion

std::string sides(const Tensor& images) { return fmt::format("{}x{}", images.dim(1), images.dim(2)); }

uint8_t greatest(const Tensor& bytes) {
  const uint8_t* begin = bytes.data<uint8_t>();
  return *std::max_element(begin, begin + bytes.size());
}

void check_labels_match(const Tensor& images, const Tensor& labels, const std::string& images_path,
                        const std::string& labels_path) {
  if (!labels.defined() || images.dim(0) == labels.dim(0)) return;
  throw Error("{}: has {} images, but {} has {} labels. Hint: use files from the same dataset", images_path,
              images.dim(0), labels_path, labels.dim(0));
}

void check_ten_classes(const ImageDataset& data, const ImageFiles& files) {
  for (const auto& [labels, path] :
       {std::pair{data.train_labels, files.train_labels}, std::pair{data.test_labels, files.test_labels}})
    if (labels.defined() && greatest(labels) >= kKnownClasses)
      throw Error("{}: has a label {}, but {} has the classes 0 to 9. Hint: fetch or copy it again", path,
                  greatest(labels), data.name);
}

// Bytes of 0 and 1 alone, in both parts, are bits.
void brighten_bits(ImageDataset& data) {
  Tensor* const parts[] = {&data.train_images, &data.test_images};
  uint8_t most = 0;
  for (const Tensor* part : parts)
    if (part->defined()) most = std::max(most, greatest(*part));
  if (most != 1) return;
  data.form += kOfBits;
  for (Tensor* part : parts) {
    if (!part->defined()) continue;
    uint8_t* const bytes = part->mutable_data<uint8_t>();
    std::for_each(bytes, bytes + part->size(), [](uint8_t& byte) { byte = byte == 0 ? 0 : 255; });
  }
}

ImageDataset load_idx_folder(const std::string& spec, const std::string& folder) {
  ImageDataset data;
  data.name = spec;
  data.form = "IDX files";
  const ImageFiles files = find_image_files(folder);
  const auto read = [](const std::string& path, auto&& reader) {
    return path.empty() ? Tensor() : reader(path);
  };
  data.train_images = read_idx_images(files.train_images);
  data.train_labels = read(files.train_labels, read_idx_labels);
  data.test_images = read(files.test_images, read_idx_images);
  data.test_labels = read(files.test_labels, read_idx_labels);
  check_labels_match(data.train_images, data.train_labels, files.train_images, files.train_labels);
  check_labels_match(data.test_images, data.test_labels, files.test_images, files.test_labels);
  if (data.test_images.defined() && sides(data.test_images) != sides(data.train_images))
    throw Error("{}: its images are {}, but the images of {} are {}. Hint: use files from the same dataset",
                files.test_images, sides(data.test_images), files.train_images, sides(data.train_images));
  if (spec == "mnist" || spec == "fashion") check_ten_classes(data, files);
  brighten_bits(data);
  return data;
}

ImageDataset load_picture_folder(const std::string& folder, const ImageOptions& options,
                                 const ReadProgress& progress) {
  PictureFolder files = list_pictures(folder);
  if (files.train.empty())
    throw Error(
        "{}: it has no readable data. Hint: use PNG or JPEG pictures, IDX files (train-images-idx3-ubyte), "
        "CIFAR-10's data_batch_1.bin, or a .npy or .npz file",
        folder);
  const std::string cache = image_cache_path(files, folder, options);
  ImageDataset data;
  if (!read_image_cache(cache, data)) {
    data = read_pictures(files, folder, options, progress);
    if (!may_read_more(data)) write_image_cache(cache, data);
  }
  data.form = files.beside_classes ? "pictures, some of them outside the sub-folders" : "pictures";
  data.class_names = std::move(files.classes);
  data.classes = static_cast<int64_t>(data.class_names.size());
  data.skipped.insert(data.skipped.end(), files.skipped.begin(), files.skipped.end());
  return data;
}

ImageDataset load_form(const std::string& spec, const std::string& path, const ImageOptions& options,
                       const ReadProgress& progress) {
  std::error_code error;
  if (is_array_file(path)) return load_array_file(path, options);
  if (!std::filesystem::is_directory(path, error))
    throw Error("{}: this file is neither .npy nor .npz. Hint: give a folder of pictures or IDX files", path);
  if (is_idx_folder(path)) return load_idx_folder(spec, path);
  if (is_cifar_folder(path)) return load_cifar_folder(path);
  return load_picture_folder(path, options, progress);
}

// Size and colour as they are asked for.
Tensor adapted(Tensor images, const ImageOptions& options, bool grey) {
  if (!images.defined()) return images;
  if (options.size > 0) images = crop_and_resample(images, options.size);
  if (images.rank() == 4 && grey) images = to_grey(images);
  if (images.rank() == 3 && options.color == ImageColor::rgb) images = to_rgb(images);
  return images;
}

void adapt(ImageDataset& data, const ImageOptions& options) {
  const auto grey = [](const Tensor& images) {
    return !images.defined() || images.rank() == 3 || is_grey(images);
  };
  const bool to_one =
      options.color == ImageColor::grey ||
      (options.color == ImageColor::from_files && grey(data.train_images) && grey(data.test_images));
  data.train_images = adapted(data.train_images, options, to_one);
  data.test_images = adapted(data.test_images, options, to_one);
  if (data.test_images.defined() && data.test_images.shape().erase(0) != data.train_images.shape().erase(0))
    throw Error(
        "{}: its test examples have the shape {}, and the training examples {}. Hint: use one dataset",
        data.name, data.test_images.shape().erase(0).str(), data.train_images.shape().erase(0).str());
}

}  // namespace

ImageDataset load_images(const std::string& spec, const ImageOptions& options, const ReadProgress& progress) {
  const ImageOptions read = options.as_read();
  background_colour(read.background);  // refuses a word that is none
  ImageDataset data = load_form(spec, image_folder(spec), read, progress);
  data.name = spec;
  if (data.is_images()) {
    adapt(data, read);
    vary(data, options);
  }
  if (data.test_images.defined() && data.train_labels.defined() != data.test_labels.defined())
    throw Error("{}: only one of its parts has labels. Hint: give labels for both or neither", spec);
  if (!data.test_images.defined()) draw_test_part(data);
  if (data.train_labels.defined())
    data.classes =
        std::max<int64_t>({data.classes, greatest(data.train_labels) + 1, greatest(data.test_labels) + 1});
  return data;
}

}  // namespace gradzoo
