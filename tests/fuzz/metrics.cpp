#include <filesystem>

#include "fuzz/targets.h"
#include "gradzoo/experiments/metrics_log.h"

namespace gradzoo::fuzz {

bool metrics(Bytes bytes) {
  static const test::ScratchDirectory scratch;
  const std::string path = scratch.file("metrics.jsonl");
  write_anew(path, text_of(bytes));
  const bool read = accepts([&] { static_cast<void>(read_metrics(path)); });
  const bool cut = accepts([&] {
    MetricsLog log(path);
    for (const int64_t step : {int64_t{1} << 40, int64_t{100}, int64_t{0}}) {
      const double seconds = log.cut_back(step);
      const auto size = std::filesystem::file_size(path);
      require(log.cut_back(step) == seconds && std::filesystem::file_size(path) == size,
              "what was cut back stays");
    }
  });
  return read && cut;
}

}  // namespace gradzoo::fuzz
