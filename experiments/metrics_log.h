#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/run/trainer.h"

/// The file metrics.jsonl: one JSON object per log row, with units in the keys.
namespace gradzoo {

/// Appends rows to a run's metrics. As long as the object exists, no other process can train this run.
class MetricsLog {
 public:
  /// Throws Error if the file cannot be written, is not a plain file, or is open in another training process.
  explicit MetricsLog(std::string path);
  /// Ignores errors; close() reports them.
  ~MetricsLog();
  MetricsLog(const MetricsLog&) = delete;
  MetricsLog& operator=(const MetricsLog&) = delete;

  /// Removes all rows after `step`, with `and_validation` also the validation row of that step, and an
  /// incomplete last row. Returns the training time in seconds of the last remaining row. Throws Error with
  /// the line number, and removes nothing, if a row is damaged or out of order.
  double cut_back(int64_t step, bool and_validation = false);
  /// Appends the means of the training metrics since the last row. `seconds` is the training time so far.
  void append(const LogRow& row, std::span<const MetricInfo> metrics, double seconds);
  /// Appends the validation results of a step: keys `valid_<quantity>_<unit>`, errors with `_stderr`.
  void append_validation(int64_t step, double epoch, const Quantities& quantities, double seconds);
  /// Throws Error if the path now has another file, or none, because the run was moved.
  void check_in_place() const;
  /// Flushes the file to disk and calls check_in_place(). Throws Error if the flush fails.
  void sync();
  /// Calls sync() and closes the file; no row can follow.
  void close();

 private:
  void write(const std::string& line);

  std::string path_;
  int descriptor_;
};

/// The name and unit in a key of a metrics file: "bce_kl_nats_per_image" has the name "bce kl" and the unit
/// "nats/image".
struct MetricName {
  std::string name;
  std::string unit;  // "" if the key does not end in a known unit
};
MetricName metric_name(const std::string& key);
std::string in_words(std::string name);          ///< name with spaces: "bce kl" for "bce_kl"
std::string unit_text(const std::string& unit);  ///< symbol of a unit: "%" for "percent"

/// Returns the numeric values of line `number` of a metrics file. Throws Error if the line is not a row.
std::map<std::string, double> parse_metrics_row(const std::string& path, int64_t number,
                                                std::string_view line);

/// Returns the numeric values of all rows of a metrics file, without an incomplete last row. Throws Error
/// with the number of a line that is not a row.
std::vector<std::map<std::string, double>> read_metrics(const std::string& path);

}  // namespace gradzoo
