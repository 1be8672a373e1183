#include "plot/frame.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "plot/font.h"
#include "plot/palette.h"

namespace gradzoo {
namespace {

constexpr double kMargin = 24, kTitleSize = 17, kLabelSize = 13, kTickSize = 12, kTickGap = 10;
constexpr double kPixelsPerTickX = 110, kPixelsPerTickY = 70;

double widest(const std::vector<Tick>& ticks) {
  double width = 0;
  for (const Tick& tick : ticks) width = std::max(width, text_width(tick.label, kTickSize));
  return width;
}

void draw_mark(Canvas& canvas, const LegendEntry& entry, double x, double baseline, double width) {
  const double middle = std::round(baseline - kTickSize / 2);
  if (entry.mark == LegendEntry::Mark::dot)
    return canvas.fill_circle({x + width / 2, middle}, 6, entry.color);
  canvas.stroke(dashed({{x, middle}, {x + width, middle}}, entry.dash), {.width = 3, .color = entry.color});
}

}  // namespace

std::vector<std::vector<Point>> dashed(const std::vector<Point>& line, Dash dash) {
  if (dash == Dash::none) return {line};
  const double drawn = dash == Dash::dashes ? 8 : 0.5, period = dash == Dash::dashes ? 15 : 7;
  std::vector<std::vector<Point>> pieces;
  double place = 0;  // along the line, within a period
  bool pen_down = false;
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const Point from = line[i], to = line[i + 1];
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    const auto at = [&](double t) {
      return Point{std::lerp(from.x, to.x, t / length), std::lerp(from.y, to.y, t / length)};
    };
    if (!std::isfinite(length)) place = 0, pen_down = false;
    for (double done = 0; std::isfinite(length) && done < length;) {
      const bool draws = place < drawn;
      const double step = std::min((draws ? drawn : period) - place, length - done);
      if (draws && !pen_down) pieces.push_back({at(done)});
      if (draws) pieces.back().push_back(at(done + step));
      pen_down = draws;
      done += step;
      place = place + step >= period ? 0 : place + step;
      if (place >= drawn || place == 0) pen_down = false;
    }
  }
  return pieces;
}

Frame::Frame(int width, int height, const FrameText& text, Scale x, Scale y, std::vector<Tick> x_ticks)
    : canvas_(width, height, kPaper), x_(x), y_(y) {
  double top = kMargin;
  if (!text.title.empty()) {
    draw_text(canvas_, {kMargin, top + kTitleSize}, text.title,
              {.size = kTitleSize, .color = kInk, .bold = true});
    top += kTitleSize + 18;
  }
  top = draw_legend(text.legend, top);

  const double bottom =
      height - kMargin - kTickSize - kTickGap - (text.x_label.empty() ? 0 : kLabelSize + 16);
  const std::vector<Tick> y_ticks = ticks(y_, static_cast<int>((bottom - top) / kPixelsPerTickY));
  const double left = kMargin + (text.y_label.empty() ? 0 : kLabelSize + 18) + widest(y_ticks) + kTickGap;
  const double right = width - kMargin - kTickSize;
  if (right - left < 200 || bottom - top < 150) {
    throw Error("chart: {} x {} pixels leave no room for the plot. Hint: 600 x 400 or more.", width, height);
  }
  plot_ = {std::round(left), std::round(top), std::round(right) - std::round(left),
           std::round(bottom) - std::round(top)};
  if (x_ticks.empty()) x_ticks = ticks(x_, static_cast<int>(plot_.width / kPixelsPerTickX));
  draw_axes(text, x_ticks, y_ticks);
  canvas_.set_clip(plot_);
}

double Frame::draw_legend(const std::vector<LegendEntry>& legend, double top) {
  constexpr double kMark = 22, kGap = 9, kBetween = 28, kLine = kTickSize + 14;
  double x = kMargin;
  bool any = false;
  for (const LegendEntry& entry : legend) {
    if (entry.name.empty()) continue;
    const double mark = entry.mark == LegendEntry::Mark::dot ? 12 : kMark;
    const double width = mark + kGap + text_width(entry.name, kTickSize);
    if (any && x + width > canvas_.width() - kMargin) x = kMargin, top += kLine;
    draw_mark(canvas_, entry, x, top + kTickSize, mark);
    draw_text(canvas_, {x + mark + kGap, top + kTickSize}, entry.name, {.size = kTickSize, .color = kInk});
    x += width + kBetween;
    any = true;
  }
  return any ? top + kLine + 4 : top;
}

void Frame::draw_axes(const FrameText& text, const std::vector<Tick>& x_ticks,
                      const std::vector<Tick>& y_ticks) {
  const double bottom = plot_.y + plot_.height, right = plot_.x + plot_.width;
  for (const Tick& tick : y_ticks) {
    const double y = std::round(at(x_.range.low, tick.value).y);
    canvas_.fill_rect({plot_.x, y, plot_.width, 1}, kGridLine);
    draw_text(canvas_, {plot_.x - kTickGap, y + kTickSize / 2}, tick.label,
              {.size = kTickSize, .color = kSoftInk, .anchor = Anchor::right});
  }
  for (const Tick& tick : x_ticks) {
    const double x = std::round(at(tick.value, y_.range.low).x);
    canvas_.fill_rect({x, bottom, 1, 6}, kAxisLine);
    const double half = text_width(tick.label, kTickSize) / 2;
    const double middle = std::min(x, canvas_.width() - 4 - half);
    draw_text(canvas_, {middle, bottom + kTickGap + kTickSize}, tick.label,
              {.size = kTickSize, .color = kSoftInk, .anchor = Anchor::middle});
  }
  canvas_.fill_rect({plot_.x, bottom, plot_.width, 1}, kAxisLine);
  draw_text(canvas_, {(plot_.x + right) / 2, canvas_.height() - kMargin}, text.x_label,
            {.size = kLabelSize, .color = kInk, .anchor = Anchor::middle});
  const double label_height = std::max(1.0, text_width(text.y_label, kLabelSize));
  draw_text(canvas_, {kMargin + kLabelSize, (plot_.y + bottom) / 2}, text.y_label,
            {.size = kLabelSize * std::min(1.0, 0.98 * plot_.height / label_height),
             .color = kInk,
             .anchor = Anchor::middle,
             .upwards = true});
}

Point Frame::at(double x, double y) const {
  return {plot_.x + x_.fraction(x) * plot_.width, plot_.y + (1 - y_.fraction(y)) * plot_.height};
}

void Frame::draw_level(const Level& level, Color color) {
  const double y = at(x_.range.low, level.value).y;
  canvas_.stroke(dashed({{plot_.x, y}, {plot_.x + plot_.width, y}}, Dash::dashes),
                 {.width = 2, .color = color});
}

void Frame::remark(const std::string& text) { remark_ = text; }

Image Frame::finish() {
  canvas_.clear_clip();
  draw_text(canvas_, {plot_.x + plot_.width, plot_.y - 6}, remark_,
            {.size = 10, .color = kSoftInk, .anchor = Anchor::right});
  return canvas_.take();
}

void Frame::equalise_units(int width, int height, Scale& x, Scale& y) {
  // The plot's shape is known only once ticks and legend stand; its usual borders are near enough to begin
  // with.
  const double plot_width = std::max(width - 130.0, 1.0), plot_height = std::max(height - 180.0, 1.0);
  const double x_unit = (x.range.high - x.range.low) / plot_width,
               y_unit = (y.range.high - y.range.low) / plot_height;
  const auto widen = [](Range& range, double factor) {
    const double middle = (range.low + range.high) / 2, half = (range.high - range.low) / 2 * factor;
    range = {middle - half, middle + half};
  };
  if (x_unit < y_unit)
    widen(x.range, y_unit / x_unit);
  else
    widen(y.range, x_unit / y_unit);
}

}  // namespace gradzoo
