#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/lab/table.h"
#include "tools/plot/image.h"
#include "tools/report/report.h"

/// Labs: small experiments, each of which shows one idea in numbers and a picture within a minute or two.
/// `gradzoo lab NAME` runs one and writes a folder with its page.
namespace gradzoo {

/// How a lab runs.
struct LabContext {
  uint64_t seed = 0;
  /// Called now and then with a line on how far it is.
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

struct LabPicture {
  std::string name;     // of its file, without ending
  std::string caption;  // what it shows, a sentence or two
  Image image;
};

/// What a lab found.
struct LabResult {
  std::vector<LabTable> tables = {};
  std::vector<LabPicture> pictures = {};
  std::vector<Curve> curves = {};  // charts of the page alone
  std::string reading = {};        // what to see in it: about five sentences, with its numbers
  std::string exercise = {};       // one question; docs/labs.md has the answer

  /// The table whose rows are named by `heading`; throws Error where there is none.
  const LabTable& table(std::string_view heading) const;
};

/// A lab is a struct whose members are its sizes, so that a test runs a smaller one:
///
///   struct NoiseLevelsLab {
///     static constexpr const char* name = "noise-levels";
///     static constexpr const char* idea = "what it is about, one line";
///     static constexpr const char* source = "Song & Ermon 2019";
///     int64_t steps = 2000;
///     LabResult run(const LabContext& context) const;
///   };
struct LabEntry {
  std::string name, idea, source;
  LabResult (*run)(const LabContext& context);
};

template <class Lab>
LabEntry lab_entry() {
  return {Lab::name, Lab::idea, Lab::source, [](const LabContext& context) { return Lab{}.run(context); }};
}

/// Every lab.
std::span<const LabEntry> labs();

/// Throws Error with the nearest name where there is none of that name.
const LabEntry& find_lab(std::string_view name);

}  // namespace gradzoo
