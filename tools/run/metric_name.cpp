#include "tools/run/metric_name.h"

#include <algorithm>
#include <utility>

namespace gradzoo {

MetricName metric_name(const std::string& key) {
  constexpr std::pair<const char*, const char*> kUnits[] = {{"_nats_per_image", "nats/image"},
                                                            {"_nats_per_example", "nats/example"},
                                                            {"_units_per_example", "units/example"},
                                                            {"_bits_per_dim", "bits/dim"},
                                                            {"_nats", "nats"},
                                                            {"_percent", "%"},
                                                            {"_modes", "modes"}};
  MetricName out{key, ""};
  for (const auto& [ending, unit] : kUnits) {
    if (!key.ends_with(ending)) continue;
    out = {key.substr(0, key.size() - std::char_traits<char>::length(ending)), unit};
  }
  std::ranges::replace(out.name, '_', ' ');
  return out;
}

}  // namespace gradzoo
