#pragma once

#include <string>
#include <vector>

namespace gradzoo {

struct BenchGrowthRequest {
  std::vector<std::string> names;  // of growths; all where there are none
  std::string directory;           // made if it is not there
  bool quick = false, json = false;
};

/// Measures how time and memory grow, prints every point beside the line that theory gives, and draws
/// growth-NAME.png into the directory.
void bench_growth(const BenchGrowthRequest& request);

}  // namespace gradzoo
