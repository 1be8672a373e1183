#pragma once

#include <string>

#include "gradzoo/base/plain_file.h"
#include "gradzoo/plot/image.h"

namespace gradzoo {

/// A picture as its file holds it.
struct Drawing {
  std::string ending = {};  ///< ".png" where it is of pixels, ".svg" where it is a chart
  std::string bytes = {};
};

Drawing png_drawing(const Image& image);

/// Writes it atomically. Throws Error with the path and the reason, and for a path with another ending.
void write_drawing(const std::string& path, const Drawing& drawing, Links links = Links::follow);

}  // namespace gradzoo
