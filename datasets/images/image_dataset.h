#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/datasets/examples.h"

namespace gradzoo {

/// Colours of images: as in the files, one grey value per pixel, or three values per pixel.
enum class ImageColor { from_files, grey, rgb };
/// Names of the colours in options.
inline constexpr Choice<ImageColor> kImageColors[] = {
    {"auto", ImageColor::from_files}, {"grey", ImageColor::grey}, {"rgb", ImageColor::rgb}};

/// Conversion of files to images of one shape.
struct ImageOptions {
  int64_t size = 0;                           ///< side in pixels; 0: as in the files
  ImageColor color = ImageColor::from_files;  ///< colours of the images
  /// Background of transparent pixels (white, black or six hexadecimal digits), or of grey images, which
  /// become white ink (noise, or a folder of pictures).
  std::string background = "white";
  double rotate = 0;  ///< largest rotation in degrees

  void describe(OptionTable& options);
  /// Returns true if all options have their defaults.
  bool is_default() const { return description().empty(); }
  /// Returns true if the background is noise or a folder of pictures. A colour's name has priority.
  bool has_scene() const;
  /// Returns the options for reading files, which exclude the later rotation and scene.
  ImageOptions as_read() const;
  /// Returns the options that differ from their defaults, such as "size=32 color=grey".
  std::string description() const;
};

/// Callback for progress, which the reading thread calls with the completed share in [0, 1].
using ReadProgress = std::function<void(double share)>;

/// The parts of a dataset. Use fit and valid to choose hyper-parameters and to stop early; train is both of
/// these together; use test only for the final evaluation.
enum class Split { fit, valid, train, test };
/// Names of the parts in options.
inline constexpr Choice<Split> kSplits[] = {
    {"fit", Split::fit}, {"valid", Split::valid}, {"train", Split::train}, {"test", Split::test}};

/// Text in ImageDataset::form if all pixels are 0 or 1: black and white.
inline constexpr std::string_view kOfBits = " of bits, 0 black and 1 white";

/// Files that were skipped for one reason.
struct Skipped {
  std::string why;                 ///< reason: "it is damaged"
  int64_t count = 0;               ///< number of files
  std::vector<std::string> first;  ///< names of the first three files, perhaps not UTF-8
};

/// Adds a file to the skipped files with this reason.
void note_skipped(std::vector<Skipped>& skipped, std::string_view why, const std::string& name);

/// A set of images (bytes) or points (numbers) in memory, with or without labels.
struct ImageDataset {
  std::string name;                      ///< "mnist", "fashion", or the path
  std::string form;                      ///< type of the files: "IDX files", "pictures"
  Tensor train_images;                   ///< images (N, H, W) or (N, H, W, 3) u8, or points (N, D) f32
  Tensor train_labels;                   ///< (N) u8; undefined in both parts if there are no labels
  Tensor test_images;                    ///< (M, ...)
  Tensor test_labels;                    ///< (M) u8
  int64_t classes = 0;                   ///< labels are 0 ... classes-1; 0: no labels
  std::vector<std::string> class_names;  ///< names of the classes' folders; empty: numbers
  std::vector<Skipped> skipped;          ///< files that were skipped
  bool test_drawn = false;               ///< true: the test part is a sixth of files without a test part

  bool is_images() const { return train_images.rank() >= 3; }  ///< false for points
  int64_t height() const { return train_images.dim(1); }       ///< height in pixels
  int64_t width() const { return train_images.dim(2); }        ///< width in pixels
  /// Returns 3 for colours, else 1.
  int64_t channels() const { return train_images.rank() == 4 ? train_images.dim(3) : 1; }
  int64_t pixels() const { return height() * width(); }  ///< number of pixels per image
  /// Returns one part. `valid` is a twelfth of the training images (5,000 of MNIST's 60,000), and `fit` is
  /// the others: a fixed choice, which does not depend on the run's seed. Throws Error if there are fewer
  /// than twelve.
  Examples split(Split part) const;
};

/// Moves a sixth of the training examples into the empty test part: a fixed choice, which depends only on the
/// number of examples. Each part keeps its order. Throws Error if there are fewer than six examples.
void draw_test_part(ImageDataset& data);

/// Loads "mnist" (bundled), "fashion" (Debian's package dataset-fashion-mnist), or the data at a path: a
/// folder of IDX files, of CIFAR-10's binary files, or of PNG and JPEG files; a .npy or .npz file
/// (docs/data.md describes the formats). A known name has priority over a path: "./mnist" is the folder.
/// Throws Error if the path is none of these, its files are damaged, images and labels do not match, or
/// pictures have several sizes and `options.size` is 0.
ImageDataset load_images(const std::string& spec, const ImageOptions& options = {},
                         const ReadProgress& progress = {});

}  // namespace gradzoo
