#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "gradzoo/autograd/shape.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/examples.h"
#include "gradzoo/datasets/toys/toy.h"

/// What a model knows of the data before it sees any: the shape of an example, names of labels, units.
namespace gradzoo {

/// Names of labels.
using LabelNames = std::map<int64_t, std::string>;
/// The label of this name, or of this number. Throws Error where it is none of these.
int64_t label_named(const LabelNames& names, const std::string& text);
/// For a hint: "0 to 9", or "0 cat, 2 dog", twenty at most.
std::string list_of(const LabelNames& names);
/// These labels in turn: (n) i64; undefined where there are none.
Tensor any_labels(int64_t n, const LabelNames& names);

struct DataKind;

/// The units in which a model sees points: u = (x - centre) / scale, number by number. A default one leaves
/// points as they are.
struct PointUnits {
  Tensor centre = {}, scale = {};  ///< (d) f32

  /// True if points change.
  bool is_set() const { return scale.defined(); }
  Tensor to_model(const Tensor& x) const;      ///< x (n, d) -> u (n, d); recorded
  Tensor to_data(const Tensor& u) const;       ///< u (n, d) -> x (n, d); recorded
  Examples to_model(Examples examples) const;  ///< the same examples with other values
  /// log |det dx/du|: the sum of the logarithms of the scales.
  double log_volume() const;
  /// The scale that all numbers of a point share, in which lengths are measured; 1 if each has its own.
  double length() const;
  /// (d): 1 if all numbers of a point share a scale, and otherwise each number's scale.
  Tensor relative_scale() const;
};

/// The units of training points (n, d) f32: their mean, and the root mean square of the standard deviations
/// of their numbers. If these deviations differ more than tenfold, each number has its own deviation as its
/// scale. A number that is the same in all points has the common scale in both cases. Points that are all
/// equal have scale 1.
PointUnits units_of_points(const Tensor& points);

/// The shape of what a model learns from.
struct DataShape {
  Shape example;                             ///< (H, W) or (H, W, C) of an image, (d) of a point
  int64_t classes = 0;                       ///< labels are 0 ... classes-1; 0: there are none
  std::shared_ptr<const Toy> toy = nullptr;  ///< the truth, where it is known
  PointUnits units = {};                     ///< in which models see points; others than theirs if set
  double image_diameter = 0;                 ///< what diameter() is of images; 0: unknown
  LabelNames learned = {};  ///< the labels that training images have; empty: all, named by their numbers

  int64_t size() const { return example.size(); }  ///< numbers in one example
  /// The largest distance of two among a thousand examples, pixels in [0,1]; 0: unknown. A toy's is measured.
  double diameter() const;
  const DataKind& kind() const;  ///< of these examples (datasets/kinds/kind.h)
  const Modes* modes() const { return toy ? toy->modes() : nullptr; }  ///< the truth's, where it has some
  /// Whether an example has rows and columns, which convolutions take; else it is numbers in a row.
  bool is_grid() const { return example.rank() >= 2; }
  int64_t channels() const { return example.rank() == 3 ? example[2] : 1; }  ///< 3 of colours, else 1
  int64_t height() const { return example[0]; }                              ///< of an image, in pixels
  int64_t width() const { return example[1]; }                               ///< of an image, in pixels
  LabelNames labels() const;  ///< those that training images have
  /// The same as models see it: the toy's points in `units`, which are then not set.
  DataShape in_model_units() const;
};

/// Reshapes rows (B, H W C), as batches have them, to images (B, H, W, C). Recorded.
Tensor as_image_batch(const Tensor& rows, const DataShape& shape);

/// Number of rows that diameter_of compares.
inline constexpr int64_t kDiameterExamples = 1000;
/// The largest distance between two of the first kDiameterExamples rows of x (n, d).
double diameter_of(const Tensor& x);

}  // namespace gradzoo
