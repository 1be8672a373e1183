#pragma once

#include <string>

namespace gradzoo {

/// A key of the metrics, taken apart.
struct MetricName {
  std::string name;  // "bce kl"
  std::string unit;  // "nats/image"; "" where the key ends in none
};

/// "bce_kl_nats_per_image" is "bce kl" in "nats/image".
MetricName metric_name(const std::string& key);

}  // namespace gradzoo
