#pragma once

#include <string>

#include "gradzoo/base/plain_file.h"
#include "gradzoo/plot/image.h"

namespace gradzoo {

/// A picture as the bytes of a file.
struct Drawing {
  std::string ending = {};  ///< ending of the file's name: ".png" for pixels, ".svg" for charts
  std::string bytes = {};
};

Drawing png_drawing(const Image& image);

/// Writes a drawing atomically. Throws Error with path and reason if it fails or the ending differs.
void write_drawing(const std::string& path, const Drawing& drawing, Links links = Links::follow);

}  // namespace gradzoo
