#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/datasets/examples.h"

namespace gradzoo {

/// Whether images have one number a pixel or three.
enum class ImageColor { from_files, grey, rgb };
/// Their names in options.
inline constexpr Choice<ImageColor> kImageColors[] = {
    {"auto", ImageColor::from_files}, {"grey", ImageColor::grey}, {"rgb", ImageColor::rgb}};

/// How files become images of one shape.
struct ImageOptions {
  int64_t size = 0;                           ///< side in pixels; 0: as in the files
  ImageColor color = ImageColor::from_files;  ///< auto: as in the files
  /// Behind transparent pixels: white, black or six hexadecimal digits; behind grey images, as white ink:
  /// noise, or a folder of pictures.
  std::string background = "white";
  double rotate = 0;  ///< largest angle that an image is turned by, in degrees

  void describe(OptionTable& options);
  /// Files' own images.
  bool is_default() const { return description().empty(); }
  /// Whether the background is noise or pictures: a colour's name goes before a folder's.
  bool has_scene() const;
  /// What files are read with: rotated and laid over a scene they are afterwards.
  ImageOptions as_read() const;
  /// "size=32 color=grey"; "" at the defaults.
  std::string description() const;
};

/// Called on the reading thread, now and then, with the share that is done, in [0, 1].
using ReadProgress = std::function<void(double share)>;

/// The parts of a dataset. Choices (hyper-parameters, early stops) are made on fit and valid; train is both
/// together; test is for final figures.
enum class Split { fit, valid, train, test };

/// Their names in options.
inline constexpr Choice<Split> kSplits[] = {
    {"fit", Split::fit}, {"valid", Split::valid}, {"train", Split::train}, {"test", Split::test}};

///@{
/// What a data set's form says where its pixels are 0 and 1 alone: black and white.
inline constexpr std::string_view kOfBits = " of bits, 0 black and 1 white";
///@}

/// Files that were passed over, for one reason.
struct Skipped {
  std::string why;                 ///< "it is damaged"
  int64_t count = 0;               ///< files
  std::vector<std::string> first;  ///< names of the first three, as they are: perhaps no UTF-8
};
/// Counts one more.
void note_skipped(std::vector<Skipped>& skipped, std::string_view why, const std::string& name);

/// A set of images in bytes, or of points in numbers, all in memory; with labels or without.
struct ImageDataset {
  std::string name;                      ///< "mnist", "fashion", or the path
  std::string form;                      ///< "IDX files", "pictures": what the files are
  Tensor train_images;                   ///< (N, H, W) or (N, H, W, 3) u8; of points (N, D) f32
  Tensor train_labels;                   ///< (N) u8; undefined where there are none, in both parts
  Tensor test_images;                    ///< (M, ...)
  Tensor test_labels;                    ///< (M) u8
  int64_t classes = 0;                   ///< labels are 0 ... classes-1; 0: there are none
  std::vector<std::string> class_names;  ///< of folders; empty: numbers
  std::vector<Skipped> skipped;          ///< what was passed over
  bool test_drawn = false;               ///< the files have no test part: it is a sixth of them, drawn

  bool is_images() const { return train_images.rank() >= 3; }  ///< else points
  int64_t height() const { return train_images.dim(1); }       ///< in pixels
  int64_t width() const { return train_images.dim(2); }        ///< in pixels
  /// 3 of colours, else 1.
  int64_t channels() const { return train_images.rank() == 4 ? train_images.dim(3) : 1; }
  int64_t pixels() const { return height() * width(); }  ///< height times width

  /// One part. `valid` is a twelfth of the training images (5,000 of MNIST's 60,000), `fit` the others: a
  /// fixed seeded choice, the same in every run and whatever the run's seed. Throws Error if there are fewer
  /// than twelve.
  Examples split(Split part) const;
};

/// Moves a sixth of the training examples into the test part, which is empty: a fixed seeded choice by
/// their number alone, the same in every run; each part stays in its order. Throws Error where there are
/// fewer than six.
void draw_test_part(ImageDataset& data);

/// Loads "mnist" (bundled), "fashion" (Debian's package dataset-fashion-mnist), or what stands at that path:
/// a folder of IDX files, of CIFAR-10's binary files, or of PNG and JPEG files; a .npy or .npz file
/// (docs/data.md says what each may look like). A known name goes before a path: "./mnist" is the folder.
/// Throws Error where it is none of these or its files are broken, images and labels do not match, or
/// pictures have several sizes and `options.size` is 0.
ImageDataset load_images(const std::string& spec, const ImageOptions& options = {},
                         const ReadProgress& progress = {});

}  // namespace gradzoo
