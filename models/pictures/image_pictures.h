#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/models/pictures/picture.h"

/// Pictures of models of images, in rows of ten.
///
/// Samples of a class-conditional model, one row per class.
namespace gradzoo {

inline constexpr int64_t kImageColumns = 10;

/// Returns rows of the parts in turn: one row of the first part, one of the second, ..., and again from the
/// first. Each part is (n, elements). Images that do not fill a last row are left out; fewer than
/// kImageColumns images make one row. `captions` name the parts.
ImageGrid rows_by_turns(std::span<const Tensor> parts, std::vector<std::string> captions,
                        const DataShape& shape);

/// Returns straight lines z = (1 - t) z_a + t z_b between the codes (n, d) of pairs, 0 and 1, 2 and 3, ...:
/// kImageColumns codes per pair with both ends, (pairs kImageColumns, d).
Tensor lines_between(const Tensor& codes, int64_t pairs);
/// Returns arcs cos(t) z_a + sin(t) z_b between the same pairs, which keep the norm of Gaussian codes (Song,
/// Meng & Ermon 2021, section 5.3; White 2016).
Tensor arcs_between(const Tensor& codes, int64_t pairs);

/// Returns the labels (n/2) of examples 0, 2, ... from labels (n), in which both examples of a pair share a
/// label; undefined labels stay undefined.
Tensor label_of_each_pair(const Tensor& labels);
/// Repeats one label per row (n) for each image, (n kImageColumns); undefined labels stay undefined.
Tensor along_rows(const Tensor& labels);

/// Draws the first twenty samples of (n, elements), n at least ten, each above its nearest training image.
Picture neighbours_picture(const Tensor& samples, const DataShape& shape, const Examples& train);

struct ClassRows {
  Tensor labels;  // (n) i64
  std::vector<std::string> captions;
};
/// Returns ten of each of the first ten labels.
ClassRows class_rows(const LabelNames& names);
/// Draws images (n, H, W) or (n, H, W, 3) with these labels.
Picture class_rows_picture(const ClassRows& rows, const Tensor& images);

}  // namespace gradzoo
