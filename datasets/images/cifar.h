#pragma once

#include <string>

#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// Whether the folder holds CIFAR-10's binary files: data_batch_1.bin and so on.
bool is_cifar_folder(const std::string& folder);

/// Loads data_batch_*.bin in the order of their names, and test_batch.bin if it is there: rows of a label and
/// 3 x 32 x 32 bytes, red, green, blue (Krizhevsky 2009); gzipped or plain. Names of classes are the lines of
/// batches.meta.txt. Throws Error for a file that is not made of such rows, or a label above 9.
ImageDataset load_cifar_folder(const std::string& folder);

}  // namespace gradzoo
