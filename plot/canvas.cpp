#include "gradzoo/plot/canvas.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

struct PixelBox {
  int left, top, right, bottom;  // right and bottom excluded
};

bool finite(Point p) { return std::isfinite(p.x) && std::isfinite(p.y); }

int clamp_to_int(double value, double low, double high) {
  return static_cast<int>(std::clamp(value, low, high));
}

/// The pixels that touch [left, right] x [top, bottom], within `clip`.
PixelBox pixels_within(double left, double top, double right, double bottom, const Rect& clip) {
  const double clip_right = clip.x + clip.width, clip_bottom = clip.y + clip.height;
  return {clamp_to_int(std::floor(left), clip.x, clip_right),
          clamp_to_int(std::floor(top), clip.y, clip_bottom),
          clamp_to_int(std::ceil(right), clip.x, clip_right),
          clamp_to_int(std::ceil(bottom), clip.y, clip_bottom)};
}

/// Length of the part of the pixel [i, i + 1) inside [low, high].
double overlap(int i, double low, double high) {
  return std::max(0.0, std::min(i + 1.0, high) - std::max<double>(i, low));
}

double distance_to_segment(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
  const double t = length2 > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0) : 0.0;
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/// How much of each pixel in a box a pen has covered; the greatest wins, so that joins are not darker.
class CoverageMask {
 public:
  explicit CoverageMask(PixelBox box)
      : box_(box),
        coverage_(static_cast<std::size_t>(box.right - box.left) *
                  static_cast<std::size_t>(box.bottom - box.top)) {}

  void add_segment(Point a, Point b, double pen_width, const Rect& clip) {
    const double reach = pen_width / 2 + 1;
    const PixelBox near = pixels_within(std::min(a.x, b.x) - reach, std::min(a.y, b.y) - reach,
                                        std::max(a.x, b.x) + reach, std::max(a.y, b.y) + reach, clip);
    // A pen thinner than a pixel covers less of it, never a narrower pixel.
    const double strength = std::min(1.0, pen_width), radius = std::max(1.0, pen_width) / 2;
    for (int y = near.top; y < near.bottom; ++y) {
      for (int x = near.left; x < near.right; ++x) {
        const double distance = distance_to_segment({x + 0.5, y + 0.5}, a, b);
        float& covered = at(x, y);
        covered =
            std::max(covered, static_cast<float>(strength * std::clamp(radius + 0.5 - distance, 0.0, 1.0)));
      }
    }
  }

  float& at(int x, int y) {
    return coverage_[static_cast<std::size_t>(y - box_.top) *
                         static_cast<std::size_t>(box_.right - box_.left) +
                     static_cast<std::size_t>(x - box_.left)];
  }
  const PixelBox& box() const { return box_; }

 private:
  PixelBox box_;
  std::vector<float> coverage_;
};

/// The pixels that a pen of `width` can touch.
PixelBox box_around(std::span<const std::vector<Point>> lines, double width, const Rect& clip) {
  double left = std::numeric_limits<double>::infinity(), top = left, right = -left, bottom = -left;
  for (const std::vector<Point>& line : lines) {
    for (const Point p : line) {
      if (!finite(p)) continue;
      left = std::min(left, p.x), right = std::max(right, p.x);
      top = std::min(top, p.y), bottom = std::max(bottom, p.y);
    }
  }
  if (left > right) return {0, 0, 0, 0};
  const double reach = width / 2 + 1;
  return pixels_within(left - reach, top - reach, right + reach, bottom + reach, clip);
}

}  // namespace

Image filled_image(int width, int height, Color color) {
  Image image{width, height, {}};
  image.rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    image.rgb[i] = color.red;
    image.rgb[i + 1] = color.green;
    image.rgb[i + 2] = color.blue;
  }
  return image;
}

Canvas::Canvas(int width, int height, Color background) {
  constexpr int kMaxSide = 16384;
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
    throw Error(
        "canvas: a picture of {} x {} pixels cannot be drawn. Hint: use sides of 1 to {} pixels, fewer tiles "
        "or a smaller scale",
        width, height, kMaxSide);
  }
  image_ = filled_image(width, height, background);
  clear_clip();
}

void Canvas::set_clip(Rect clip) {
  const double left = std::clamp(std::floor(clip.x), 0.0, 1.0 * width());
  const double top = std::clamp(std::floor(clip.y), 0.0, 1.0 * height());
  const double right = std::clamp(std::ceil(clip.x + clip.width), left, 1.0 * width());
  const double bottom = std::clamp(std::ceil(clip.y + clip.height), top, 1.0 * height());
  clip_ = {left, top, right - left, bottom - top};
}

void Canvas::clear_clip() { clip_ = {0, 0, 1.0 * width(), 1.0 * height()}; }

void Canvas::blend(int x, int y, Color color, double coverage) {
  std::uint8_t* pixel = &image_.rgb[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width()) +
                                     static_cast<std::size_t>(x)) *
                                    3];
  const std::uint8_t channels[] = {color.red, color.green, color.blue};
  for (int c = 0; c < 3; ++c)
    pixel[c] = static_cast<std::uint8_t>(std::lround(pixel[c] + coverage * (channels[c] - pixel[c])));
}

void Canvas::fill_rect(Rect rect, Color color, double opacity) {
  const double right = rect.x + rect.width, bottom = rect.y + rect.height;
  if (!finite({rect.x, rect.y}) || !finite({right, bottom})) return;
  const PixelBox box = pixels_within(rect.x, rect.y, right, bottom, clip_);
  for (int y = box.top; y < box.bottom; ++y)
    for (int x = box.left; x < box.right; ++x)
      blend(x, y, color, opacity * overlap(x, rect.x, right) * overlap(y, rect.y, bottom));
}

void Canvas::fill_circle(Point center, double radius, Color color, double opacity) {
  if (!finite(center)) return;
  const PixelBox box = pixels_within(center.x - radius - 1, center.y - radius - 1, center.x + radius + 1,
                                     center.y + radius + 1, clip_);
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) {
      const double distance = std::hypot(x + 0.5 - center.x, y + 0.5 - center.y);
      blend(x, y, color, opacity * std::clamp(radius + 0.5 - distance, 0.0, 1.0));
    }
  }
}

void Canvas::stroke(std::span<const Point> line, const Stroke& pen) {
  const std::vector<Point> copy(line.begin(), line.end());
  stroke(std::span(&copy, 1), pen);
}

void Canvas::stroke(std::span<const std::vector<Point>> lines, const Stroke& pen) {
  CoverageMask mask(box_around(lines, pen.width, clip_));
  for (const std::vector<Point>& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const Point next = i + 1 < line.size() && finite(line[i + 1]) ? line[i + 1] : line[i];
      if (finite(line[i])) mask.add_segment(line[i], next, pen.width, clip_);
    }
  }
  const PixelBox box = mask.box();
  for (int y = box.top; y < box.bottom; ++y)
    for (int x = box.left; x < box.right; ++x) blend(x, y, pen.color, pen.opacity * mask.at(x, y));
}

}  // namespace gradzoo
