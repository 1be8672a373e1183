#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gradzoo {

/// Rows of numbers by column: every k-th row, so that a long run has between 1,000 and 2,000 of them, and the
/// last one. A row lacks what is NaN.
class ThinnedRows {
 public:
  static constexpr size_t kMostRows = 2000, kMostColumns = 100;

  /// Whether the next row is one of those that stay; others are only counted.
  bool keeps_next();
  /// Throws Error where there are more than kMostColumns.
  void add(const std::map<std::string, double>& row);
  /// The row behind all others, in the place of the last one.
  void set_last(const std::map<std::string, double>& row);

  const std::map<std::string, std::vector<double>>& columns() const { return columns_; }
  size_t rows() const { return rows_; }

 private:
  void halve();

  std::map<std::string, std::vector<double>> columns_;
  size_t rows_ = 0;
  uint64_t seen_ = 0, every_ = 1;
  bool last_is_extra_ = false;
};

/// What a run's metrics.jsonl says.
struct RunMetrics {
  ThinnedRows training, validation;
  std::map<std::string, double> last;  // the newest value of every key
};

/// metrics.jsonl of many runs, of which only what has grown is read. Called by many threads.
class WatchedMetrics {
 public:
  /// Of this file as it is now. Throws Error where it is no plain file, and naming the line that is no row.
  std::shared_ptr<const RunMetrics> of(const std::string& path);
  /// Forgets the files that are not among these.
  void keep_only(const std::set<std::string>& paths);

 private:
  /// A file so far.
  struct File {
    uint64_t device = 0, inode = 0, read = 0;
    int64_t lines = 0;
    std::shared_ptr<const RunMetrics> metrics = std::make_shared<RunMetrics>();
  };
  static void read_on(File& file, const std::string& path);

  std::mutex mutex_;
  std::map<std::string, File> files_;
};

}  // namespace gradzoo
