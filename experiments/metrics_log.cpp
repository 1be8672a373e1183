#include "gradzoo/experiments/metrics_log.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

// Rounded to milliseconds: more digits would say nothing.
double rounded_seconds(double seconds) { return std::round(seconds * 1e3) / 1e3; }

constexpr uint64_t kMostBytes = uint64_t{1} << 30;

[[noreturn]] void cannot_write(const std::string& path, const char* why) {
  throw Error("cannot write {}: {}. Hint: free some space, then continue with --resume", path, why);
}

[[noreturn]] void bad_row(const std::string& path, int64_t line, const char* what) {
  throw Error("{}: line {} {}. Hint: the file is damaged; fix or remove the line, or remove the file", path,
              line, what);
}

// Its step, or -1 where it is no row.
int64_t step_of(const Json& row) {
  if (!row.is_object() || !row.contains("step") || !row["step"].is_number_integer()) return -1;
  return row["step"].is_number_unsigned() && row["step"].get<uint64_t>() > INT64_MAX
             ? -1
             : row["step"].get<int64_t>();
}

// The next line with its end, cut from `text`; "" where none follows: a torn last one has no end.
std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = end == std::string_view::npos ? "" : text.substr(0, end + 1);
  text.remove_prefix(line.size());
  return line;
}

}  // namespace

MetricsLog::MetricsLog(std::string path)
    : path_(std::move(path)),
      descriptor_(::open(path_.c_str(),
                         O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
                         0666)) {
  constexpr const char* kNotPlain = "{} is not a plain file. Hint: remove it to start the metrics again";
  if (descriptor_ < 0 && (errno == ELOOP || errno == ENXIO)) throw Error(kNotPlain, path_);
  if (descriptor_ < 0)
    throw Error("cannot write {}: {}. Hint: check the permissions", path_,
                std::strerror(reason_for_no_file(path_, errno)));
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw Error(kNotPlain, path_);
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor_);
    throw Error("{} is in use: another process trains this run. Hint: wait for that process, or stop it",
                path_);
  }
}

MetricsLog::~MetricsLog() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

double MetricsLog::cut_back(int64_t step, bool and_validation) {
  const std::string bytes = read_plain_file(path_, kMostBytes, Links::refuse);
  std::string_view rest = bytes;
  off_t keep = 0;
  double seconds = 0;
  int64_t before = 0;
  for (int64_t number = 1;; ++number) {
    const std::string_view line = take_line(rest);
    if (line.empty()) break;
    const Json row = Json::parse(line, nullptr, false);
    const int64_t its = step_of(row);
    if (its < 0 && before > step) continue;  // between rows that go
    if (its < 0) bad_row(path_, number, "is not a row");
    if (its < before) bad_row(path_, number, "has a smaller step than the line above");
    before = its;
    if (its > step || (and_validation && its == step && !row.contains("lr"))) continue;
    if (row.contains("seconds") && row["seconds"].is_number()) seconds = row["seconds"].get<double>();
    keep += static_cast<off_t>(line.size());
  }
  if (::ftruncate(descriptor_, keep) != 0) cannot_write(path_, std::strerror(errno));
  return seconds;
}

void MetricsLog::append(const LogRow& row, std::span<const MetricInfo> metrics, double seconds) {
  Json json{{"step", row.step}, {"epoch", row.epoch}, {"lr", row.learning_rate}};
  for (size_t i = 0; i < metrics.size(); ++i) json[metrics[i].key()] = row.metrics[i];
  json["examples_per_s"] = std::round(row.examples_per_s);
  json["seconds"] = rounded_seconds(seconds);
  write(json.dump());
}

void MetricsLog::append_validation(int64_t step, double epoch, const Quantities& quantities, double seconds) {
  Json json{{"step", step}, {"epoch", epoch}};
  for (const Quantity& quantity : quantities) {
    const std::string key = "valid_" + quantity.key();
    json[key] = quantity.value;
    if (std::isfinite(quantity.error) && quantity.error_kind == ErrorKind::standard)
      json[key + "_stderr"] = quantity.error;
  }
  json["seconds"] = rounded_seconds(seconds);
  write(json.dump());
}

void MetricsLog::check_in_place() const {
  struct stat ours {
  }, there{};
  if (::fstat(descriptor_, &ours) == 0 && ::lstat(path_.c_str(), &there) == 0 &&
      ours.st_dev == there.st_dev && ours.st_ino == there.st_ino)
    return;
  throw Error(
      "{} is not the file that this run writes to: the run was moved, removed or started again. Hint: "
      "continue it at its new place, with --resume",
      path_);
}

void MetricsLog::sync() {
  if (::fsync(descriptor_) != 0) cannot_write(path_, std::strerror(errno));
  check_in_place();
}

void MetricsLog::close() {
  sync();
  const int descriptor = std::exchange(descriptor_, -1);
  if (::close(descriptor) != 0) cannot_write(path_, std::strerror(errno));
}

void MetricsLog::write(const std::string& line) {
  const std::string bytes = line + '\n';
  const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
  if (written == static_cast<ssize_t>(bytes.size())) return;
  cannot_write(path_, written < 0 ? std::strerror(errno) : "the disk is full");
}

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
  out.name = in_words(out.name);
  return out;
}

std::string in_words(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string unit_text(const std::string& unit) { return unit == "percent" ? "%" : unit; }

std::map<std::string, double> parse_metrics_row(const std::string& path, int64_t number,
                                                std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) bad_row(path, number, "is not a row");
  std::map<std::string, double> row;
  for (const auto& [key, value] : json.items())
    if (value.is_number()) row[key] = value.get<double>();
  return row;
}

std::vector<std::map<std::string, double>> read_metrics(const std::string& path) {
  const std::string bytes = read_plain_file(path, kMostBytes, Links::refuse);
  std::vector<std::map<std::string, double>> rows;
  std::string_view rest = bytes;
  for (std::string_view line = take_line(rest); !line.empty(); line = take_line(rest))
    rows.push_back(parse_metrics_row(path, static_cast<int64_t>(rows.size()) + 1, line));
  return rows;
}

}  // namespace gradzoo
