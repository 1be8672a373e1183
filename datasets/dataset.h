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

/// DataShape::learned where each class has images: what these options leave.
LabelNames selected_labels(const SubsetOptions& subset, int64_t classes);

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
