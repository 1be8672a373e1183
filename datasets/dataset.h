#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/datasets/batches.h"
#include "gradzoo/datasets/examples.h"
#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// The ink of an image: which quarter of the training images it is in by mean grey.
enum class Ink { any, thin, thick };
/// Their names in options.
inline constexpr Choice<Ink> kInks[] = {{"any", Ink::any}, {"thin", Ink::thin}, {"thick", Ink::thick}};

/// Which images of a set to use.
struct SubsetOptions {
  std::string only = "all", exclude = "none";  ///< labels as "7" or "0,1"
  Ink ink = Ink::any;                          ///< by mean grey

  void describe(OptionTable& options);
  /// Nothing is left out.
  bool is_all() const { return only == "all" && exclude == "none" && ink == Ink::any; }
  /// The labels below `classes` to use. Throws Error if one is not a class or if none is left.
  std::vector<int64_t> labels(int64_t classes) const;
  /// "only=7 ink=thick"; "" for all images.
  std::string description() const;
};

/// The selected examples. The quartiles of ink are those of `training`, among the selected labels: an image
/// is thick if its mean grey is at or above the upper quartile, thin if at or below the lower. Throws Error
/// for a label outside 0 to classes - 1, and if nothing is left.
Examples subset_of(const Examples& examples, const Examples& training, const SubsetOptions& options,
                   int64_t classes);

/// Mean grey of each of the examples, in [0, 1].
std::vector<double> mean_grey(const Examples& images);

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

/// DataShape::learned where each class has images: what these options leave.
LabelNames selected_labels(const SubsetOptions& subset, int64_t classes);

/// Reshapes rows (B, H W C), as batches have them, to images (B, H, W, C). Recorded.
Tensor as_image_batch(const Tensor& rows, const DataShape& shape);

/// Which data, and the options of a toy or of images.
struct DatasetOptions {
  std::string data = "mnist";  ///< a name, or a folder or file
  double toy_scale = 1;        ///< a toy's points are multiplied by it
  double toy_noise = 0;        ///< 0: the toy's own
  SubsetOptions subset = {};   ///< which images
  ImageOptions images = {};    ///< how files become images
  ReadProgress progress = {};  ///< of reading pictures; no option: who shows a run sets it

  void describe(OptionTable& options);
  /// The options of images that differ from their defaults: "only=7 size=16"; "" for all images as they are.
  std::string chosen() const;
  /// The name with the options that differ from their defaults: "mnist only=7 size=16"; "mnist" for all
  /// images as they are.
  std::string description() const;
  ToyOptions toy() const { return {.scale = toy_scale, .noise = toy_noise}; }  ///< of a toy
};

/// The largest distance of two among the first thousand rows of x (n, d).
double diameter_of(const Tensor& x);

/// The shape of these data: for a toy and a known set of images as they are without reading them, for all
/// else by loading it. Throws Error if there is no such dataset.
DataShape shape_of(const DatasetOptions& options);

/// Images in bytes, points from a file, or a toy, by its name.
class Dataset {
 public:
  ///@{
  /// A toy's name, or what load_images takes. Throws Error where a toy's options are given for images, or
  /// those of images or a subset for a toy. Points from a file are a toy without density (point_set.h), whose
  /// parts are those of the file.
  explicit Dataset(const DatasetOptions& options);
  explicit Dataset(const std::string& name) : Dataset(DatasetOptions{.data = name}) {}
  ///@}

  const std::string& name() const { return name_; }  ///< as it was asked for
  const DataShape& shape() const { return shape_; }  ///< of its examples
  /// SHA-256 of all images (or points) and labels, of both parts; "" for a toy, which its name and options
  /// determine.
  std::string sha256() const;
  /// One part, restricted to the subset. For a toy: as many points as an epoch for fit and train, 10,000 for
  /// valid and for test, the same in every run.
  Examples split(Split part) const;
  /// Batches for training from a part; a toy gives fresh points at every step.
  std::unique_ptr<BatchSource> batches(Split part, const BatchOptions& options) const;

 private:
  std::string name_;
  std::optional<ImageDataset> images_;
  SubsetOptions subset_;
  DataShape shape_;
};

}  // namespace gradzoo
