#pragma once

#include <span>
#include <string>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"
#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/plot/image.h"

namespace gradzoo {

/// Pixels in [0, 1] (others are cut to it, NaN is 0) as bytes, rounded: (n, H, W) or (n, H, W, 3).
Tensor image_bytes(const Tensor& pixels);

/// Image i of (n, H, W) or (n, H, W, 3) u8, each pixel `scale` x `scale` equal ones.
Image image_at(const Tensor& images, int64_t i, int scale = 1);

/// Some of the images in a row, as `data check --out` shows them: of labelled ones the first of each class,
/// up to `count`, then others at even distances.
Image some_images(const ImageDataset& data, int64_t count);

/// Throws Error if something other than an empty folder is there.
void check_new_folder(const std::string& path);
/// The same, and makes the folder, for many new files.
void make_new_folder(const std::string& path);

/// Writes 000000.png and so on into a folder that is there, those of `rows` of images (n, H, W) or (n, H, W,
/// 3) u8.
void write_png_files(const std::string& folder, const Tensor& images, std::span<const int64_t> rows);

enum class ImageForm { png, npy, npz, idx };
inline constexpr Choice<ImageForm> kImageForms[] = {
    {"png", ImageForm::png}, {"npy", ImageForm::npy}, {"npz", ImageForm::npz}, {"idx", ImageForm::idx}};

/// The form that the ending of a path says: .npy, .npz, or a folder of PNG files.
ImageForm form_of_path(const std::string& path);

/// What write_dataset may write there. Throws Error if that is a folder which is there and not empty.
std::vector<Output> dataset_outputs(const std::string& path, ImageForm form);

/// Writes both parts so that load_images reads them back: a folder `train` and one `test` of PNG files, a
/// sub-folder a class; NAME.npy, NAME_labels.npy, NAME_test.npy, NAME_test_labels.npy; an .npz file of
/// x_train, y_train, x_test, y_test; or a folder of IDX files. Throws Error for points as pictures, and where
/// `path` cannot be written.
void write_dataset(const std::string& path, const ImageDataset& data, ImageForm form);

}  // namespace gradzoo
