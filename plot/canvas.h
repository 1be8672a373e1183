#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradzoo/plot/image.h"

namespace gradzoo {

struct Color {
  std::uint8_t red = 0, green = 0, blue = 0;
  friend bool operator==(const Color&, const Color&) = default;
};

/// Returns a picture of one colour.
Image filled_image(int width, int height, Color color);

/// A point in pixels, with y downwards. Pixel (i, j) covers [i, i + 1) x [j, j + 1).
struct Point {
  double x = 0, y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

struct Rect {
  double x = 0, y = 0, width = 0, height = 0;
};

struct Stroke {
  double width = 1;
  Color color = {};
  double opacity = 1;
};

/// An image for anti-aliased drawing: a shape is blended with a pixel by the fraction of the pixel that it
/// covers. Parts outside the clip rectangle and shapes that are not finite are not drawn.
class Canvas {
 public:
  /// Throws Error unless both sides are in 1 ... 16384.
  Canvas(int width, int height, Color background);

  int width() const { return image_.width; }
  int height() const { return image_.height; }
  Image take() { return std::move(image_); }

  void set_clip(Rect clip);
  void clear_clip();

  void fill_rect(Rect rect, Color color, double opacity = 1);
  void fill_circle(Point center, double radius, Color color, double opacity = 1);
  /// Draws a line with round ends and joins, blended once even if it crosses itself. One point makes a dot.
  void stroke(std::span<const Point> line, const Stroke& stroke);
  /// Draws several lines at once, as for a glyph.
  void stroke(std::span<const std::vector<Point>> lines, const Stroke& stroke);

 private:
  void blend(int x, int y, Color color, double coverage);

  Image image_;
  Rect clip_;
};

}  // namespace gradzoo
