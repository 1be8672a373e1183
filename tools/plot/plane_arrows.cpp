#include "tools/plot/plane_arrows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace gradzoo {
namespace {

constexpr Color kArrow{30, 34, 44}, kSeam{255, 255, 255};

double size_of(const Arrow& arrow) { return std::hypot(arrow.vector.x, arrow.vector.y); }

/// The median over the tails of the distance to the nearest other one; 0 for fewer than two. Of very many
/// arrows some tails speak for all.
double usual_distance(const std::vector<Arrow>& arrows) {
  constexpr std::size_t kAsked = 200;
  const std::size_t every = arrows.size() / kAsked + 1;
  std::vector<double> distances;
  for (std::size_t i = 0; i < arrows.size(); i += every) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const Arrow& other : arrows) {
      const double distance = std::hypot(other.tail.x - arrows[i].tail.x, other.tail.y - arrows[i].tail.y);
      if (distance > 0) nearest = std::min(nearest, distance);
    }
    if (std::isfinite(nearest)) distances.push_back(nearest);
  }
  if (distances.empty()) return 0;
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::ranges::nth_element(distances, middle);
  return *middle;
}

/// A shaft from the tail along a unit vector, and two barbs of a third of its length.
void add_arrow(Point tail, Point along, double length, std::vector<std::vector<Point>>& lines) {
  const Point tip{tail.x + length * along.x, tail.y + length * along.y};
  constexpr double kBarb = 0.34, kAngle = 5 * std::numbers::pi / 6;
  const double cosine = std::cos(kAngle), sine = std::sin(kAngle);
  const auto barb = [&](double s) {
    return Point{tip.x + kBarb * length * (along.x * cosine - s * along.y),
                 tip.y + kBarb * length * (along.y * cosine + s * along.x)};
  };
  lines.push_back({tail, tip});
  lines.push_back({barb(sine), tip, barb(-sine)});
}

}  // namespace

ArrowScale arrow_scale(const std::vector<PlaneView>& views, double pixels_per_unit) {
  std::vector<double> sizes;
  double distance = 0;
  for (const PlaneView& view : views) {
    for (const Arrow& arrow : view.arrows) {
      const double size = size_of(arrow);
      if (std::isfinite(size) && size > 0) sizes.push_back(size);
    }
    const double here = usual_distance(view.arrows);
    if (here > 0) distance = distance > 0 ? std::min(distance, here) : here;
  }
  if (sizes.empty()) return {};
  std::ranges::sort(sizes);
  constexpr double kAlone = 60, kShortest = 8;
  const double length = distance > 0 ? 0.95 * distance * pixels_per_unit : kAlone;
  return {sizes[sizes.size() / 2], sizes[sizes.size() * 9 / 10], std::clamp(length, kShortest, kAlone)};
}

void draw_arrows(Canvas& canvas, const std::vector<Arrow>& arrows, const ArrowScale& scale,
                 const std::function<Point(Point)>& place) {
  if (arrows.empty()) return;
  std::vector<std::vector<Point>> lines;
  for (const Arrow& arrow : arrows) {
    const double size = size_of(arrow);
    if (!std::isfinite(size)) continue;
    const Point tail = place(arrow.tail);
    if (size == 0) {
      lines.push_back({tail});
      continue;
    }
    const double share = std::log1p(size / scale.median) / std::log1p(scale.longest / scale.median);
    add_arrow(tail, {arrow.vector.x / size, -arrow.vector.y / size}, scale.length * std::min(1.0, share),
              lines);
  }
  canvas.stroke(lines, {.width = 3.4, .color = kSeam, .opacity = 0.6});
  canvas.stroke(lines, {.width = 1.5, .color = kArrow});
}

}  // namespace gradzoo
