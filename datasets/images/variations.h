#pragma once

#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// Adds the variations of a benchmark of autoencoders to images and keeps their labels (Larochelle et al.
/// 2007, "An empirical evaluation of deep architectures on problems with many factors of variation", section
/// 4.1). First each image is rotated about its centre by an angle that is uniform in ±`rotate` degrees. Then,
/// if `background` is `noise` or a folder of pictures, the image is blended with uniform bytes or with a
/// random part of a picture: its grey is the opacity of white ink. An image's random draws only depend on its
/// index. Throws Error if images with colours have such a background.
void vary(ImageDataset& data, const ImageOptions& options);

/// Rotates an image (height, width, channels) counter-clockwise by `radians` about its centre, with bilinear
/// interpolation; pixels outside the image are 0. Writes an image of the same shape to `out`.
void turn_image(const uint8_t* image, int64_t height, int64_t width, int64_t channels, double radians,
                uint8_t* out);

}  // namespace gradzoo
