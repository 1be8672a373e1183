#pragma once

#include <string>

#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// Returns true if the folder has CIFAR-10's binary files: data_batch_1.bin and so on.
bool is_cifar_folder(const std::string& folder);

/// Loads data_batch_*.bin in the order of their names, and test_batch.bin if it exists; gzipped or plain. A
/// row is a label and 3 x 32 x 32 bytes, red, green, blue (Krizhevsky 2009). The lines of batches.meta.txt
/// are the names of the classes. Throws Error if a file has other rows, or if a label is above 9.
ImageDataset load_cifar_folder(const std::string& folder);

}  // namespace gradzoo
