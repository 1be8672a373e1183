#pragma once

#include <string_view>

#include "gradzoo/plot/canvas.h"

namespace gradzoo {

enum class Anchor { left, middle, right };

struct TextStyle {
  double size = 10;  ///< height of a capital letter in pixels
  Color color = {};
  Anchor anchor = Anchor::left;
  bool bold = false;
};

/// Returns the width of `text` in pixels, from first to last stroke, if capitals are `size` pixels high.
double text_width(std::string_view text, double size);

/// Draws one line of ASCII text in the built-in stroke font. `origin` is the left end, middle or right end of
/// the baseline, as `style.anchor` says. Every character outside ASCII 32-126 is drawn as one `?`.
void draw_text(Canvas& canvas, Point origin, std::string_view text, const TextStyle& style);

}  // namespace gradzoo
