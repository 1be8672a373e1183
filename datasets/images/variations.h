#pragma once

#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// Makes images harder and leaves their labels, as sets are on which autoencoders are compared (Larochelle et
/// al. 2007, "An empirical evaluation of deep architectures on problems with many factors of variation",
/// section 4.1). Each is turned about its middle by an angle of its own, uniform within `rotate` degrees
/// either way; then, where `background` is `noise` or a folder of pictures, laid over uniform bytes or over a
/// random part of one of these pictures, its grey the opacity of white ink. An image's draws depend on its
/// number alone. Throws Error for a background behind images of colours.
void vary(ImageDataset& data, const ImageOptions& options);

/// One image (height, width, channels) turned counter-clockwise by `radians` about its middle, its pixels
/// blended from the four that lie next; 0 comes from outside. Writes as much to `out`.
void turn_image(const uint8_t* image, int64_t height, int64_t width, int64_t channels, double radians,
                uint8_t* out);

}  // namespace gradzoo
