#pragma once

#include "autograd/function_ref.h"
#include "models/model.h"

namespace gradzoo {

/// The mean over the images and its standard error (NaN for one image), from a value an image: rows (N).
Quantity mean_over_images(std::string name, const Tensor& rows, std::string unit, std::string meaning);

/// Calls fn(batch) for all images in their order, `chunk` at once. Pixels that are drawn anew are the same at
/// every call with a seed, whatever the chunk.
void for_each_batch(const Examples& images, Pixels pixels, uint64_t seed, int64_t chunk,
                    FunctionRef<void(const Batch&)> fn);

}  // namespace gradzoo
