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

/// Rows of numbers, stored by column. Only every k-th row and the last one are kept, so that a long run has
/// between 1,000 and 2,000 rows. A missing number is NaN.
class ThinnedRows {
 public:
  static constexpr size_t kMostRows = 2000, kMostColumns = 100;

  /// True if the next row is kept; other rows are only counted.
  bool keeps_next();
  /// Throws Error if there are more than kMostColumns columns.
  void add(const std::map<std::string, double>& row);
  /// Puts the newest row at the end, where it replaces the previous newest row.
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

/// The content of a run's metrics.jsonl.
struct RunMetrics {
  ThinnedRows training, validation;
  std::map<std::string, double> last;  // the newest value of every key
};

/// The metrics.jsonl files of many runs. Only new lines of a file are read. Many threads call it.
class WatchedMetrics {
 public:
  /// Returns current metrics. Throws Error if it is not a plain file, with the line's number if one is
  /// invalid.
  std::shared_ptr<const RunMetrics> of(const std::string& path);
  /// Forgets the files that are not among these.
  void keep_only(const std::set<std::string>& paths);

 private:
  /// The state of a file that was read in part.
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
