#pragma once

#include <string>

#include "datasets/images/picture_files.h"
#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// Returns the path of the cache for images from these files with these options: a file below
/// user_cache_folder(), named by the SHA-256 of the folder's path, the options, and the name, size and time
/// of every file. Returns "" if there is no cache folder or if GRADZOO_CACHE is "off".
std::string image_cache_path(const PictureFolder& files, const std::string& folder,
                             const ImageOptions& options);

/// Reads images, labels and skipped files from the cache. Returns false if the file is missing or its SHA-256
/// does not match; the caller then reads the pictures and writes the cache again.
bool read_image_cache(const std::string& path, ImageDataset& data);

/// Writes the cache atomically, and removes the oldest cache files while all together exceed 4 GiB. If the
/// cache cannot be written, no error is thrown.
void write_image_cache(const std::string& path, const ImageDataset& data);

}  // namespace gradzoo
