#include "plot/font.h"

#include <array>
#include <cmath>

#include "gradzoo/base/text.h"
#include "plot/glyphs.h"

namespace gradzoo {
namespace {

constexpr double kSpacing = 2.8;  // between two letters, in glyph units
constexpr int kBowSteps = 8;      // segments of a quarter bow

using Strokes = std::vector<std::vector<Point>>;

/// Appends the bow from the last point of `line` to `end`: a cubic whose handles reach 0.58 of the way to
/// `corner` (0.552 would be an ellipse; a little more makes rounder, calmer letters).
void append_bow(std::vector<Point>& line, Point corner, Point end) {
  constexpr double kReach = 0.58;
  const Point start = line.back();
  const Point a{std::lerp(start.x, corner.x, kReach), std::lerp(start.y, corner.y, kReach)};
  const Point b{std::lerp(end.x, corner.x, kReach), std::lerp(end.y, corner.y, kReach)};
  for (int i = 1; i <= kBowSteps; ++i) {
    const double t = 1.0 * i / kBowSteps, s = 1 - t;
    const double w0 = s * s * s, w1 = 3 * s * s * t, w2 = 3 * s * t * t, w3 = t * t * t;
    line.push_back(
        {w0 * start.x + w1 * a.x + w2 * b.x + w3 * end.x, w0 * start.y + w1 * a.y + w2 * b.y + w3 * end.y});
  }
}

Strokes parse(const char* path) {
  Strokes strokes;
  char command = 'M';
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto number = [&] {
    while (*path == ' ') ++path;
    const char* const begin = path;
    while (*path != '\0' && *path != ' ' && !is_capital(*path)) ++path;
    return parse_number<double>({begin, path}).value();
  };
  while (*path != '\0') {
    if (*path == ' ') {
      ++path;
      continue;
    }
    if (is_capital(*path)) command = *path++;
    const Point first{number(), number()};
    if (command == 'M' || command == 'D') strokes.push_back({first});
    if (command == 'L') strokes.back().push_back(first);
    if (command == 'Q') append_bow(strokes.back(), first, {number(), number()});
  }
  return strokes;
}

const Strokes& strokes_of(std::size_t glyph) {
  static const auto all = [] {
    std::array<Strokes, std::size(kGlyphs)> parsed;
    for (std::size_t i = 0; i < parsed.size(); ++i) parsed[i] = parse(kGlyphs[i].path);
    return parsed;
  }();
  return all[glyph];
}

/// Glyph indices; a UTF-8 sequence counts as one character.
std::vector<std::size_t> glyphs_of(std::string_view text) {
  std::vector<std::size_t> glyphs;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) == 0x80U) continue;
    glyphs.push_back(byte >= 32 && byte <= 126 ? byte - std::size_t{32} : std::size_t{'?' - 32});
  }
  return glyphs;
}

double width_of(const std::vector<std::size_t>& glyphs, double scale) {
  double width = glyphs.empty() ? 0 : -kSpacing;
  for (const std::size_t glyph : glyphs) width += kGlyphs[glyph].width + kSpacing;
  return width * scale;
}

/// Height above the baseline in pixels, stretched so that the tops of small and capital letters fall on whole
/// pixels.
double hinted(double y, double scale) {
  const double small = std::round(kSmallHeight * scale), capital = std::round(kCapitalHeight * scale);
  if (y <= 0) return y * scale;
  if (y <= kSmallHeight) return y / kSmallHeight * small;
  return small + (y - kSmallHeight) / (kCapitalHeight - kSmallHeight) * (capital - small);
}

}  // namespace

double text_width(std::string_view text, double size) {
  return width_of(glyphs_of(text), size / kCapitalHeight);
}

void draw_text(Canvas& canvas, Point origin, std::string_view text, const TextStyle& style) {
  const double scale = style.size / kCapitalHeight;
  const double pen = (style.bold ? 1.9 : 1.3) * std::max(0.75, scale);
  const std::vector<std::size_t> glyphs = glyphs_of(text);
  const double shift = style.anchor == Anchor::left ? 0 : style.anchor == Anchor::middle ? 0.5 : 1;
  // A pen of an odd number of pixels is sharp when it runs along pixel centres, an even one along their
  // borders.
  const double snap = std::lround(pen) % 2 == 1 ? 0.5 : 0;
  const double baseline = std::round(origin.y) - snap;
  double start = origin.x - shift * width_of(glyphs, scale);
  for (const std::size_t glyph : glyphs) {
    Strokes strokes = strokes_of(glyph);
    for (std::vector<Point>& line : strokes)
      for (Point& p : line) p = {std::round(start) + snap + p.x * scale, baseline - hinted(p.y, scale)};
    canvas.stroke(strokes, {pen, style.color, 1});
    start += (kGlyphs[glyph].width + kSpacing) * scale;
  }
}

}  // namespace gradzoo
