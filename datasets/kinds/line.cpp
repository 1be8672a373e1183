#include "datasets/toys/toy_makers.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/kinds/kind.h"

namespace gradzoo {

/// Points on a line, which are drawn as a histogram.
DataKind line_kind() {
  return {.name = "points on a line",
          .data = "gamma",
          .holds = [](const Shape& example, const Toy*) { return example == Shape{1}; },
          .small = [] { return shape_of({.data = "gamma"}); },
          .toys = {{{"gamma", "u = log x, x of Gamma(shape 3, rate 1); 1-D"}, 0, 0, make_gamma},
                   {{"exponential", "u = log x, x of Exponential(1); 1-D"}, 0, 0, make_exponential}}};
}

}  // namespace gradzoo
