#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/options.h"

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
  std::string background = "white";  ///< behind transparent pixels: white, black or six hexadecimal digits

  void describe(OptionTable& options);
  /// Files' own size and colours.
  bool is_default() const { return size == 0 && color == ImageColor::from_files && background == "white"; }
  /// "size=32 color=grey"; "" at the defaults.
  std::string description() const;
};

/// Called on the reading thread, now and then, with the share that is done, in [0, 1].
using ReadProgress = std::function<void(double share)>;

}  // namespace gradzoo
