#pragma once

#include "datasets/images/picture_files.h"
#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// Reads pictures in parallel and returns images of one shape with their labels. Images are grey if `options`
/// say so or if every pixel is grey. Unreadable files are skipped and noted. Throws Error if pictures have
/// several sizes and `options.size` is 0, if no picture can be read, or if the images need more than 4 GiB.
ImageDataset read_pictures(const PictureFolder& files, const std::string& folder, const ImageOptions& options,
                           const ReadProgress& progress);

/// Returns true if a picture was skipped for a temporary reason: permission or memory.
bool may_read_more(const ImageDataset& data);

}  // namespace gradzoo
