#include "tools/serve/watched_metrics.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/experiments/metrics_log.h"

namespace gradzoo {
namespace {

constexpr uint64_t kAtOnce = 1 << 20;  // bytes read together, and of the longest line

// Rows of training and of validation take turns in the file, and are thinned each by itself.
struct Reading {
  ThinnedRows& rows;
  int64_t number = 0;  // of its newest line
  std::string line = {};
  bool kept = false;

  void take(const std::string& path, int64_t of_line, std::string_view text) {
    number = of_line;
    line = text;
    kept = rows.keeps_next();
    if (kept) rows.add(parse_metrics_row(path, number, line));
  }
  // With its newest row, where there is a new one.
  void finish(const std::string& path, std::map<std::string, double>& last) const {
    if (number == 0) return;
    const std::map<std::string, double> row = parse_metrics_row(path, number, line);
    if (!kept) rows.set_last(row);
    for (const auto& [key, value] : row) last[key] = value;
  }
};

}  // namespace

bool ThinnedRows::keeps_next() { return seen_++ % every_ == 0; }

void ThinnedRows::add(const std::map<std::string, double>& row) {
  if (last_is_extra_) {
    for (auto& [key, values] : columns_) values.pop_back();
    --rows_;
    last_is_extra_ = false;
  }
  if (rows_ >= kMostRows) halve();
  for (const auto& [key, value] : row) {
    if (columns_.size() >= kMostColumns && !columns_.contains(key))
      throw Error("there are more than {} metrics in a row. Hint: check that the file belongs to a run",
                  kMostColumns);
    columns_.try_emplace(key, rows_, NAN).first->second.push_back(value);
  }
  ++rows_;
  for (auto& [key, values] : columns_) values.resize(rows_, NAN);
}

void ThinnedRows::set_last(const std::map<std::string, double>& row) {
  add(row);
  last_is_extra_ = true;
}

// Those of twice the distance: the rows 0, 2, 4, ...
void ThinnedRows::halve() {
  every_ *= 2;
  const size_t left = (rows_ + 1) / 2;
  for (auto& [key, values] : columns_) {
    for (size_t i = 0; i < left; ++i) values[i] = values[2 * i];
    values.resize(left);
  }
  rows_ = left;
}

std::shared_ptr<const RunMetrics> WatchedMetrics::of(const std::string& path) {
  const std::lock_guard lock(mutex_);
  File& file = files_[path];
  try {
    read_on(file, path);
  } catch (const Error&) {
    files_.erase(path);
    throw;
  }
  return file.metrics;
}

void WatchedMetrics::keep_only(const std::set<std::string>& paths) {
  const std::lock_guard lock(mutex_);
  std::erase_if(files_, [&](const auto& entry) { return !paths.contains(entry.first); });
}

void WatchedMetrics::read_on(File& file, const std::string& path) {
  const PlainFile bytes(path, Links::refuse);
  if (bytes.device() != file.device || bytes.inode() != file.inode || bytes.size() < file.read)
    file = {.device = bytes.device(), .inode = bytes.inode()};
  if (bytes.size() == file.read) return;
  auto found = std::make_shared<RunMetrics>(*file.metrics);
  Reading training{found->training}, validation{found->validation};
  std::string rest;
  while (file.read + rest.size() < bytes.size()) {
    const uint64_t begin = file.read + rest.size(), kept = rest.size();
    rest.resize(kept + std::min(kAtOnce, bytes.size() - begin));
    bytes.read(begin, std::as_writable_bytes(std::span(rest).subspan(kept)));
    std::string_view text = rest;
    for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      const std::string_view line = text.substr(0, end);
      Reading& reading = line.find("\"valid_") == std::string_view::npos ? training : validation;
      reading.take(path, ++file.lines, line);
      text.remove_prefix(end + 1);
    }
    if (text.size() > kAtOnce)
      throw Error("{}: line {} has no end. Hint: the file is damaged; remove that line", path,
                  file.lines + 1);
    file.read += rest.size() - text.size();
    rest = text;
  }
  const bool in_order = training.number < validation.number;
  (in_order ? training : validation).finish(path, found->last);
  (in_order ? validation : training).finish(path, found->last);
  file.metrics = std::move(found);
}

}  // namespace gradzoo
