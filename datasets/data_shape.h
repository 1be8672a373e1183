#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "gradzoo/autograd/shape.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/examples.h"
#include "gradzoo/datasets/toys/toy.h"

/// Data's properties that a model needs before training: shape of an example, names of labels, units.
namespace gradzoo {

/// Names of labels.
using LabelNames = std::map<int64_t, std::string>;
/// Returns the label with this name or number. Throws Error if there is none.
int64_t label_named(const LabelNames& names, const std::string& text);
/// Returns the labels for a hint: "0 to 9", or "0 cat, 2 dog", at most twenty.
std::string list_of(const LabelNames& names);
/// Returns n labels (n) i64, which cycle through these; undefined if there are none.
Tensor any_labels(int64_t n, const LabelNames& names);

struct DataKind;

/// The units in which a model sees points: u = (x - centre) / scale, elementwise. The default changes
/// nothing.
struct PointUnits {
  Tensor centre = {}, scale = {};  ///< (d) f32
  /// Returns true if the units change points.
  bool is_set() const { return scale.defined(); }
  Tensor to_model(const Tensor& x) const;      ///< x (n, d) -> u (n, d); recorded
  Tensor to_data(const Tensor& u) const;       ///< u (n, d) -> x (n, d); recorded
  Examples to_model(Examples examples) const;  ///< examples with values in model units
  /// Returns log |det dx/du|: the sum of the logarithms of the scales.
  double log_volume() const;
  /// Returns the common scale of all elements of a point, the unit of lengths, or 1 if scales differ.
  double length() const;
  /// Returns (d) ones if all elements of a point have a common scale, and otherwise each element's scale.
  Tensor relative_scale() const;
};

/// Returns the units of training points (n, d) f32: their mean, and the root mean square of the elements'
/// standard deviations. If these deviations differ more than tenfold, each element has its own deviation as
/// its scale. An element that is the same in all points has the common scale in both cases. If all points are
/// equal, the scale is 1.
PointUnits units_of_points(const Tensor& points);

/// The shape of the data that a model learns from.
struct DataShape {
  Shape example;                             ///< shape of an image, (H, W) or (H, W, C), or a point, (d)
  int64_t classes = 0;                       ///< labels are 0 ... classes-1; 0: no labels
  std::shared_ptr<const Toy> toy = nullptr;  ///< exact distribution, or null if unknown
  PointUnits units = {};                     ///< units in which models see points
  double image_diameter = 0;                 ///< diameter() of images; 0: unknown
  LabelNames learned = {};                   ///< labels of the training images; empty: all, as numbers

  int64_t size() const { return example.size(); }  ///< number of elements per example
  /// Returns the largest distance between two of a thousand examples, pixels in [0,1]; 0: unknown.
  double diameter() const;
  const DataKind& kind() const;  ///< kind of the examples (datasets/kinds/kind.h)
  const Modes* modes() const { return toy ? toy->modes() : nullptr; }  ///< modes of the toy, or null
  /// Returns true if an example has rows and columns, as convolutions need, and false if it is a vector.
  bool is_grid() const { return example.rank() >= 2; }
  int64_t channels() const { return example.rank() == 3 ? example[2] : 1; }  ///< 3 for colours, else 1
  int64_t height() const { return example[0]; }                              ///< height of an image in pixels
  int64_t width() const { return example[1]; }                               ///< width of an image in pixels
  LabelNames labels() const;  ///< labels of the training images
  /// Returns the shape that models see: the toy's points are in `units`, and the result has default units.
  DataShape in_model_units() const;
};

/// Reshapes rows of a batch (B, H W C) to images (B, H, W, C). Recorded.
Tensor as_image_batch(const Tensor& rows, const DataShape& shape);

/// Number of rows that diameter_of compares.
inline constexpr int64_t kDiameterExamples = 1000;
/// Returns the largest distance between two of the first kDiameterExamples rows of x (n, d).
double diameter_of(const Tensor& x);

}  // namespace gradzoo
