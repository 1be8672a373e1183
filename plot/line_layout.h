#pragma once

#include <string>
#include <vector>

#include "gradzoo/plot/chart.h"
#include "gradzoo/plot/scale.h"

namespace gradzoo {

/// What the values of a line chart say of its axes.
struct LineLayout {
  Scale x;  ///< shows every finite x
  Scale y;  ///< shows the series, without the few values that would flatten the others, and every level
  std::vector<LinePen> pens;  ///< one a series
  std::string remark;  ///< what the axes do not show: "3 values outside the axis"; "" where they show all
};

/// Throws Error unless x, y and the band (if any) of each series have one length, and where the y axis that
/// is asked for cannot be.
LineLayout lay_out(const LineChart& chart);

}  // namespace gradzoo
