#include "tools/bench/bench_growth.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "tools/bench/bench_json.h"
#include "tools/bench/growth.h"
#include "tools/bench/growth_chart.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

constexpr GrowthOptions kQuick{.sizes = 4, .rounds = 1, .seconds = 0};

std::vector<const Growth*> chosen_growths(const std::vector<std::string>& names) {
  std::vector<const Growth*> all;
  std::vector<std::string> known;
  for (const Growth& growth : growths()) {
    all.push_back(&growth);
    known.push_back(growth.name);
  }
  if (names.empty()) return all;
  std::vector<const Growth*> some;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(known, name);
    if (found == known.end()) {
      throw Error(fmt::format("bench: growth '{}' is not known. {}", name, did_you_mean(name, known)));
    }
    some.push_back(all[static_cast<size_t>(found - known.begin())]);
  }
  return some;
}

/// Said before minutes of measuring.
void make_writable(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error && ::access(directory.c_str(), W_OK | X_OK) != 0) error.assign(errno, std::generic_category());
  if (!error) return;
  throw Error(fmt::format("bench: cannot write into {}: {}. Hint: a directory that you may write to",
                          directory, error.message()));
}

Json measured_quantity(const std::vector<double>& values, const GrowthLaw& law, const MeasuredCurve& curve,
                       const std::string& symbol) {
  const Departure worst = worst_departure(law, curve.sizes, values);
  return {{"law", law.form(symbol)},
          {"line", law.text(symbol)},
          {"worst_ratio", rounded(worst.ratio)},
          {"worst_at", worst.x}};
}

Json row_of(const Growth& growth, const GrowthCurve& curve, const MeasuredCurve& measured) {
  Json json = bench_object("curve", curve.name);
  json["work"] = growth.work;
  json["size"] = growth.symbol;
  json["ms"] = measured_quantity(measured.ms, measured.time, measured, growth.symbol);
  json["mb"] = measured_quantity(measured.mb, measured.memory, measured, growth.symbol);
  for (size_t i = 0; i < measured.sizes.size(); ++i) {
    const double x = measured.sizes[i], ms = measured.time(x), mb = measured.memory(x);
    json["points"].push_back({{growth.symbol, x},
                              {"ms", rounded(measured.ms[i])},
                              {"ms_line", rounded(ms)},
                              {"ms_ratio", rounded(measured.ms[i] / ms)},
                              {"mb", rounded(measured.mb[i])},
                              {"mb_line", rounded(mb)},
                              {"mb_ratio", rounded(measured.mb[i] / mb)}});
  }
  return json;
}

void print_table(const Growth& growth, const GrowthCurve& curve, const MeasuredCurve& measured) {
  fmt::print("{}: {}\n", curve.name, growth.work);
  fmt::print("  {:>8} {:>10} {:>10} {:>6} {:>10} {:>10} {:>6}\n", growth.symbol, "ms", "line", "ratio", "MB",
             "line", "ratio");
  for (size_t i = 0; i < measured.sizes.size(); ++i) {
    const double x = measured.sizes[i], ms = measured.time(x), mb = measured.memory(x);
    fmt::print("  {:>8} {:>10.4g} {:>10.4g} {:>6.2f} {:>10.4g} {:>10.4g} {:>6.2f}\n", x, measured.ms[i], ms,
               measured.ms[i] / ms, measured.mb[i], mb, measured.mb[i] / mb);
  }
  fmt::print("  ms = {},  MB = {}\n", measured.time.text(growth.symbol), measured.memory.text(growth.symbol));
}

}  // namespace

void bench_growth(const BenchGrowthRequest& request) {
  const std::vector<const Growth*> wanted = chosen_growths(request.names);
  make_writable(request.directory);
  for (const Growth* growth : wanted) {
    std::vector<MeasuredCurve> measured;
    for (const GrowthCurve& curve : growth->curves) {
      measured.push_back(measure_curve(*growth, curve, request.quick ? kQuick : GrowthOptions{}));
      if (request.json) {
        fmt::print("{}\n", row_of(*growth, curve, measured.back()).dump());
      } else {
        print_table(*growth, curve, measured.back());
      }
      std::fflush(stdout);
    }
    const std::string path = fmt::format("{}/growth-{}.png", request.directory, growth->name);
    write_png(path, draw_growth(*growth, measured));
    if (!request.json) fmt::print("  drawn in {}\n\n", path);
  }
}

}  // namespace gradzoo
