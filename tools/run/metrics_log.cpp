#include "tools/run/metrics_log.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "autograd/base/error.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

// Rounded to milliseconds: more digits would say nothing.
double rounded_seconds(double seconds) { return std::round(seconds * 1e3) / 1e3; }

}  // namespace

MetricsLog::MetricsLog(std::string path)
    : path_(std::move(path)),
      descriptor_(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) throw Error(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw Error(fmt::format("{} is no plain file. Hint: remove it, and the metrics begin again", path_));
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor_);
    throw Error(fmt::format("{} is in use: another process trains this run. Hint: wait, or stop it", path_));
  }
}

MetricsLog::~MetricsLog() { ::close(descriptor_); }

double MetricsLog::cut_back(int64_t step) {
  std::ifstream file(path_);
  std::string line;
  off_t keep = 0;
  double seconds = 0;
  while (std::getline(file, line) && !file.eof()) {
    const Json row = Json::parse(line, nullptr, false);
    if (!row.is_object() || !row.contains("step") || !row["step"].is_number_integer()) break;
    if (row["step"].get<int64_t>() > step) break;
    if (row.contains("seconds") && row["seconds"].is_number()) seconds = row["seconds"].get<double>();
    keep += static_cast<off_t>(line.size() + 1);
  }
  if (::ftruncate(descriptor_, keep) != 0) {
    throw Error(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
  }
  return seconds;
}

void MetricsLog::append(const LogRow& row, std::span<const MetricInfo> metrics, double seconds) {
  Json json{{"step", row.step}, {"epoch", row.epoch}, {"lr", row.learning_rate}};
  for (size_t i = 0; i < metrics.size(); ++i) json[metrics[i].name] = row.metrics[i];
  json["examples_per_s"] = std::round(row.examples_per_s);
  json["seconds"] = rounded_seconds(seconds);
  write(json.dump());
}

void MetricsLog::append_validation(int64_t step, double epoch, const Quantities& quantities, double seconds) {
  Json json{{"step", step}, {"epoch", epoch}};
  for (const Quantity& quantity : quantities) {
    const std::string key = "valid_" + quantity_key(quantity);
    json[key] = quantity.value;
    if (std::isfinite(quantity.standard_error)) json[key + "_stderr"] = quantity.standard_error;
  }
  json["seconds"] = rounded_seconds(seconds);
  write(json.dump());
}

void MetricsLog::sync() { ::fsync(descriptor_); }

void MetricsLog::write(const std::string& line) {
  const std::string bytes = line + '\n';
  const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
  if (written == static_cast<ssize_t>(bytes.size())) return;
  throw Error(fmt::format("cannot write {}: {}. Hint: free some space, then go on with --resume", path_,
                          written < 0 ? std::strerror(errno) : "the disk is full"));
}

std::string quantity_key(const Quantity& quantity) {
  std::string key = quantity.unit.empty() ? quantity.name : quantity.name + "_" + quantity.unit;
  std::ranges::replace(key, ' ', '_');
  for (size_t at; (at = key.find('/')) != std::string::npos;) key.replace(at, 1, "_per_");
  return key;
}

std::vector<std::map<std::string, double>> read_metrics(const std::string& path) {
  std::vector<std::map<std::string, double>> rows;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) throw Error(fmt::format("{}: line {} is no row", path, rows.size() + 1));
    std::map<std::string, double>& row = rows.emplace_back();
    for (const auto& [key, value] : json.items()) {
      if (value.is_number()) row[key] = value.get<double>();
    }
  }
  return rows;
}

}  // namespace gradzoo
