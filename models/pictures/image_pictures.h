#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/models/pictures/picture.h"

/// Pictures of models of images, in rows of ten.
///
/// Samples of a model that is conditional on labels, a row a class.
namespace gradzoo {

inline constexpr int64_t kImageColumns = 10;

/// A row of the first part, a row of the second, ..., and again: each part (n, numbers). The last images that
/// fill no row are left out; fewer than kImageColumns are one row. `captions` name the parts.
ImageGrid rows_by_turns(std::span<const Tensor> parts, std::vector<std::string> captions,
                        const DataShape& shape);

/// Straight lines between the codes (n, d) of pairs, 0 and 1, 2 and 3, ...: z = (1 - t) z_a + t z_b, a row of
/// kImageColumns a pair with both ends, (pairs kImageColumns, d).
Tensor lines_between(const Tensor& codes, int64_t pairs);
/// The same on arcs, cos(t) z_a + sin(t) z_b, which keep the norm of Gaussian codes (Song, Meng & Ermon 2021,
/// section 5.3; White 2016).
Tensor arcs_between(const Tensor& codes, int64_t pairs);

/// The label of 0, of 2, ... (n/2) of labels (n), which those of 1, 3, ... share; undefined stays so.
Tensor label_of_each_pair(const Tensor& labels);
/// A label a row (n) as one an image (n kImageColumns); undefined stays so.
Tensor along_rows(const Tensor& labels);

/// The first twenty of the samples (n, numbers), n at least ten, and under each the training image nearest to
/// it.
Picture neighbours_picture(const Tensor& samples, const DataShape& shape, const Examples& train);

struct ClassRows {
  Tensor labels;  // (n) i64
  std::vector<std::string> captions;
};
/// Ten of each of the first ten labels.
ClassRows class_rows(const LabelNames& names);
/// images (n, H, W) or (n, H, W, 3) of these labels.
Picture class_rows_picture(const ClassRows& rows, const Tensor& images);

}  // namespace gradzoo
