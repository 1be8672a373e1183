#pragma once

#include <span>
#include <string>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"
#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/plot/image.h"

namespace gradzoo {

/// Returns pixels as rounded bytes, (n, H, W) or (n, H, W, 3). Values are clamped to [0, 1]; NaN becomes 0.
Tensor image_bytes(const Tensor& pixels);

/// Returns image i of (n, H, W) or (n, H, W, 3) u8, with each pixel enlarged to `scale` x `scale` pixels.
Image image_at(const Tensor& images, int64_t i, int scale = 1);

/// Returns up to `count` images in a row, for `data check --out`: the first image of each class if there are
/// labels, then other images at equal distances.
Image some_images(const ImageDataset& data, int64_t count);

/// Throws Error if `path` exists and is not an empty folder.
void check_new_folder(const std::string& path);
/// Makes a folder for many new files. Throws Error if `path` exists and is not an empty folder.
void make_new_folder(const std::string& path);

/// Writes the images at `rows` of (n, H, W) or (n, H, W, 3) u8 as 000000.png and so on into a folder.
void write_png_files(const std::string& folder, const Tensor& images, std::span<const int64_t> rows);

enum class ImageForm { png, npy, npz, idx };
inline constexpr Choice<ImageForm> kImageForms[] = {
    {"png", ImageForm::png}, {"npy", ImageForm::npy}, {"npz", ImageForm::npz}, {"idx", ImageForm::idx}};

/// Returns the form for the ending of a path: .npy, .npz, or otherwise a folder of PNG files.
ImageForm form_of_path(const std::string& path);

/// Returns the outputs of write_dataset(). Throws Error if `path` is a folder that is not empty.
std::vector<Output> dataset_outputs(const std::string& path, ImageForm form);

/// Writes both splits in a form that load_images() reads: folders `train` and `test` of PNG files, with one
/// folder per class; NAME.npy, NAME_labels.npy, NAME_test.npy, NAME_test_labels.npy; an .npz file of x_train,
/// y_train, x_test, y_test; or a folder of IDX files. Throws Error for points as pictures, and if `path`
/// cannot be written.
void write_dataset(const std::string& path, const ImageDataset& data, ImageForm form);

}  // namespace gradzoo
