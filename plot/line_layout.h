#pragma once

#include <string>
#include <vector>

#include "gradzoo/plot/chart.h"
#include "gradzoo/plot/scale.h"

namespace gradzoo {

/// The axes and pens of a line chart.
struct LineLayout {
  Scale x;                    ///< axis with every finite x
  Scale y;                    ///< axis with every level and the series, without a few outliers
  std::vector<LinePen> pens;  ///< one pen per series
  std::string remark;         ///< remark about omitted values: "3 values outside the axis"; "" if none
};

/// Returns the layout. Throws Error unless x, y and the band (if any) of each series have one length, and if
/// the chart's y axis is not possible.
LineLayout lay_out(const LineChart& chart);

}  // namespace gradzoo
