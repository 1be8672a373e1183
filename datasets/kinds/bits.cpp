#include "datasets/toys/toy_makers.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/kinds/kind.h"

namespace gradzoo {

/// Patterns of 0 and 1, each a small image where its toy says so.
DataKind bits_kind() {
  return {.name = "0 and 1",
          .data = "bars-and-stripes",
          .holds = [](const Shape&, const Toy* toy) { return toy != nullptr && toy->binary(); },
          .small = [] { return shape_of({.data = "bars-and-stripes"}); },
          .bits = true,
          .toys = {{{"bars-and-stripes", "the 30 patterns of 4x4 bars or stripes, uniform; 16-D, no density"},
                    0,
                    0,
                    make_bars_and_stripes}}};
}

}  // namespace gradzoo
