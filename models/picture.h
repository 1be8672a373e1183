#pragma once

#include <string>
#include <variant>
#include <vector>

#include "autograd/tensor.h"

namespace gradzoo {

/// Images in rows, e.g. samples; `row_captions` name the rows where they mean different things.
struct ImageGrid {
  Tensor pixels;  // (n, H, W) in [0,1]
  int64_t columns = 10;
  std::vector<std::string> row_captions = {};
};

/// Points in the plane, coloured by label.
struct Scatter {
  Tensor points;  // (n, 2)
  Tensor labels;  // (n) i64
  std::string x_name, y_name;
};

/// One bar a value.
struct Bars {
  std::vector<double> values;
  std::string x_name, y_name;  // the unit in y_name
};

/// Something a model shows of itself, as numbers: the tools draw it.
struct Picture {
  std::string name;     // file name without ending, e.g. "reconstructions"
  std::string caption;  // what it shows and what to look for, a sentence or two
  std::variant<ImageGrid, Scatter, Bars> content;
};

}  // namespace gradzoo
