#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/run/trainer.h"

/// metrics.jsonl: one JSON object a log row, units in the keys.
namespace gradzoo {

/// Appends rows to a run's metrics. While it lives, no other process can train in that run.
class MetricsLog {
 public:
  /// Throws Error where the file cannot be written, is a link or no plain file, or another process has it
  /// open for training.
  explicit MetricsLog(std::string path);
  /// close() reports what this cannot.
  ~MetricsLog();
  MetricsLog(const MetricsLog&) = delete;
  MetricsLog& operator=(const MetricsLog&) = delete;

  /// Removes every row beyond `step`, with `and_validation` also what validation gave at that step, and a
  /// last row that was cut short. Returns the seconds of the last row that stays. Throws Error naming the
  /// line, and removes nothing, where a row is damaged or out of order.
  double cut_back(int64_t step, bool and_validation = false);
  /// The means of the training metrics since the last row; `seconds` of training so far.
  void append(const LogRow& row, std::span<const MetricInfo> metrics, double seconds);
  /// What validation gave after a step: keys `valid_<quantity>_<unit>`, standard errors with `_stderr`.
  void append_validation(int64_t step, double epoch, const Quantities& quantities, double seconds);
  /// Throws Error where the file is not at its path any more: the run was moved, and what stands there now is
  /// not ours to write to.
  void check_in_place() const;
  /// Brings what was written to the disk, in its place. Throws Error where that fails.
  void sync();
  /// sync() for the last time. Nothing can be written any more.
  void close();

 private:
  void write(const std::string& line);

  std::string path_;
  int descriptor_;
};

/// A key of a file that does not say its units, taken apart: "bce_kl_nats_per_image" is "bce kl" in
/// "nats/image".
struct MetricName {
  std::string name;
  std::string unit;  // "" where the key ends in none
};
MetricName metric_name(const std::string& key);
std::string in_words(std::string name);          ///< "bce_kl" as people write it: "bce kl"
std::string unit_text(const std::string& unit);  ///< "percent" as people write it: "%"

/// Line `number` of a metrics file, numbers alone. Throws Error naming it where it is no row.
std::map<std::string, double> parse_metrics_row(const std::string& path, int64_t number,
                                                std::string_view line);

/// The rows of a metrics file, in order, numbers alone; a last one that was cut short is left out. Throws
/// Error naming the line that is no such row.
std::vector<std::map<std::string, double>> read_metrics(const std::string& path);

}  // namespace gradzoo
