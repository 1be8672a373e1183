#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/datasets/batches.h"
#include "gradzoo/datasets/data_shape.h"
#include "gradzoo/datasets/examples.h"
#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// Selection by ink: the quarter of the training images with the least (thin) or the most (thick) mean grey.
enum class Ink { any, thin, thick };
/// Names of the selections in options.
inline constexpr Choice<Ink> kInks[] = {{"any", Ink::any}, {"thin", Ink::thin}, {"thick", Ink::thick}};

/// Selection of a subset of images.
struct SubsetOptions {
  std::string only = "all", exclude = "none";  ///< labels, such as "7" or "0,1"
  Ink ink = Ink::any;                          ///< selection by mean grey

  void describe(OptionTable& options);
  /// Returns true if all images are selected.
  bool is_all() const { return only == "all" && exclude == "none" && ink == Ink::any; }
  /// Returns the selected labels below `classes`. Throws Error if a label is not a class or if none is left.
  std::vector<int64_t> labels(int64_t classes) const;
  /// Returns the options in use, such as "only=7 ink=thick"; "" for all images.
  std::string description() const;
};

/// Returns the selected examples. The quartiles of ink are computed from `training`, with the selected labels
/// only: an image is thick if its mean grey is at or above the upper quartile, and thin if it is at or below
/// the lower quartile. Throws Error if a label is outside 0 to classes - 1, or if no example is left.
Examples subset_of(const Examples& examples, const Examples& training, const SubsetOptions& options,
                   int64_t classes);

/// Returns the mean grey of each example, in [0, 1].
std::vector<double> mean_grey(const Examples& images);

/// Returns DataShape::learned for a subset of a set in which every class has images.
LabelNames selected_labels(const SubsetOptions& subset, int64_t classes);

/// Name of a dataset, and the options of a toy or of images.
struct DatasetOptions {
  std::string data = "mnist";  ///< name, folder or file
  double toy_scale = 1;        ///< factor by which a toy's points are multiplied
  double toy_noise = 0;        ///< noise of the toy; 0: the toy's default
  SubsetOptions subset = {};   ///< selection of images
  ImageOptions images = {};    ///< conversion of files to images
  ReadProgress progress = {};  ///< callback for the progress of reading pictures; not an option

  void describe(OptionTable& options);
  /// Returns the image options that differ from their defaults, such as "only=7 size=16"; "" if none does.
  std::string chosen() const;
  /// Returns the name and the options that differ from their defaults: "mnist only=7 size=16", or "mnist".
  std::string description() const;
  ToyOptions toy() const { return {.scale = toy_scale, .noise = toy_noise}; }  ///< options of a toy
};

/// Returns the shape of a dataset. Toys and known sets with default options are not read; other data are
/// loaded. Throws Error if the dataset does not exist.
DataShape shape_of(const DatasetOptions& options);

/// A dataset: images in bytes, points from a file, or a toy.
class Dataset {
 public:
  ///@{
  /// Takes a toy's name, or a name or path that load_images accepts. Throws Error if options of a toy are
  /// given for images, or options of images or a subset for a toy. Points from a file are a toy without
  /// density (point_set.h), with the file's parts.
  explicit Dataset(const DatasetOptions& options);
  explicit Dataset(const std::string& name) : Dataset(DatasetOptions{.data = name}) {}
  ///@}

  const std::string& name() const { return name_; }  ///< name or path from the options
  const DataShape& shape() const { return shape_; }  ///< shape of the examples
  /// Returns the SHA-256 of all images (or points) and labels of both parts; "" for a toy, whose name and
  /// options determine its points.
  std::string sha256() const;
  /// Returns one part, restricted to the subset. A toy has one epoch of points for fit and train, and 10,000
  /// points for valid and for test, the same in every run.
  Examples split(Split part) const;
  /// Returns training batches from a part; a toy draws new points at every step.
  std::unique_ptr<BatchSource> batches(Split part, const BatchOptions& options) const;

 private:
  std::string name_;
  std::optional<ImageDataset> images_;
  SubsetOptions subset_;
  DataShape shape_;
};

}  // namespace gradzoo
