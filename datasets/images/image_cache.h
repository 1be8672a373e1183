#pragma once

#include <string>

#include "datasets/images/picture_files.h"
#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// Where the images that these files become under these options are kept: a file below user_cache_folder(),
/// named by the SHA-256 of the folder's path, the options, and the name, size and time of every file. ""
/// where nothing is to be kept: there is no such folder, or GRADZOO_CACHE is "off".
std::string image_cache_path(const PictureFolder& files, const std::string& folder,
                             const ImageOptions& options);

/// Images, labels and what was skipped, as kept at `path`. False where nothing is, or where the file is not
/// whole by its own SHA-256: it is made anew then.
bool read_image_cache(const std::string& path, ImageDataset& data);

/// Keeps them, atomically, and removes the oldest of the files there where all take more than 4 GiB. A cache
/// that cannot be written is none: nothing is thrown.
void write_image_cache(const std::string& path, const ImageDataset& data);

}  // namespace gradzoo
