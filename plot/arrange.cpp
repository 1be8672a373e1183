#include "plot/arrange.h"

#include <algorithm>

#include "plot/palette.h"

namespace gradzoo {
namespace {

void paste(Image& onto, const Image& image, int x, int y) {
  const std::ptrdiff_t width = std::ptrdiff_t{3} * image.width;
  for (int row = 0; row < image.height; ++row) {
    const auto from = image.rgb.begin() + row * width;
    std::copy(from, from + width,
              onto.rgb.begin() + std::ptrdiff_t{3} * (std::ptrdiff_t{y + row} * onto.width + x));
  }
}

}  // namespace

Image side_by_side(const Image& left, const Image& right) {
  Image out = filled_image(left.width + right.width, std::max(left.height, right.height), kPaper);
  paste(out, left, 0, 0);
  paste(out, right, left.width, 0);
  return out;
}

Image stacked(const Image& above, const Image& below) {
  Image out = filled_image(std::max(above.width, below.width), above.height + below.height, kPaper);
  paste(out, above, 0, 0);
  paste(out, below, 0, above.height);
  return out;
}

}  // namespace gradzoo
