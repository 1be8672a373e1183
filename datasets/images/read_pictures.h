#pragma once

#include "datasets/images/picture_files.h"
#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// Reads all these pictures, in parallel: images of one shape and their labels; grey where `options` or every
/// pixel is. What cannot be read is passed over and noted. Throws Error where pictures have several sizes and
/// `options.size` is 0, where none can be read, or where they would take more than 4 GiB.
ImageDataset read_pictures(const PictureFolder& files, const std::string& folder, const ImageOptions& options,
                           const ReadProgress& progress);

/// Whether a picture was passed over for what may pass: permission, memory.
bool may_read_more(const ImageDataset& data);

}  // namespace gradzoo
