#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace gradzoo {

enum class RowKind { identity, figure };  // a theorem, or a published result

/// What a value must be: |value - target| <= tolerance, value <= bound, or value >= bound. NaN is none of
/// them.
struct Near {
  double target, tolerance;
};
struct AtMost {
  double bound;
};
struct AtLeast {
  double bound;
};
using Gate = std::variant<Near, AtMost, AtLeast>;

/// What a row measured, and what it must be.
struct RowResult {
  double value;
  Gate gate;
  std::string setting;  // the exact setting, spreads and counts included
};

/// How a row may run.
struct RowContext {
  uint64_t seed = 1;
  /// Where long rows keep checkpoints, so that one which was stopped goes on; "": nowhere.
  std::string folder = "";
  /// Called by long rows now and then, with a line on how far they are.
  std::function<void(const std::string&)> progress = [](const std::string&) {};
  /// Fewer draws and steps, where planted errors show all the same: what tests measure.
  bool brief = false;

  int64_t count(int64_t whole, int64_t of_brief) const { return brief ? of_brief : whole; }
};

/// An error that a row is there for, planted: the row's measurement of a subject that has it, which must
/// fail.
struct Plant {
  std::string name;  // "twice the size"
  std::function<RowResult(const RowContext&)> measure;
};

struct Row {
  std::string name;  // "vae.kl_closed_form"
  RowKind kind;
  std::string claim;   // what holds
  std::string source;  // theorem or paper
  bool quick;          // runs under --quick
  double expected_seconds;
  std::function<RowResult(const RowContext&)> measure;
  /// Saves in context.folder now and then, and goes on from there: what may take longer than kLongestAtOnce.
  bool resumes = false;
  std::vector<Plant> plants = {};
  /// The datasets that it reads, by name: they are looked for before any row runs.
  std::function<std::vector<std::string>()> data = [] { return std::vector<std::string>(); };
};

/// Seconds that a row may take which does not resume.
inline constexpr double kLongestAtOnce = 600;

/// What a row says of itself.
struct RowInfo {
  std::string name, claim, source;
  double expected_seconds;
};

/// The row that measures so, without planted errors.
inline Row bare_row(RowKind kind, RowInfo info, std::function<RowResult(const RowContext&)> measure) {
  return {std::move(info.name),      kind,
          std::move(info.claim),     std::move(info.source),
          kind == RowKind::identity, info.expected_seconds,
          std::move(measure)};
}

/// A subject with an error, and the error's name.
template <class Subject>
struct Planted {
  std::string name;
  Subject subject;
};

/// The row that measures `honest`, and each of `plants` in its place by the same function.
template <class Subject, class Honest = std::remove_cvref_t<Subject>>
Row row_of(RowKind kind, RowInfo info, RowResult (*measure)(Subject, const RowContext&), Honest honest,
           std::vector<Planted<Honest>> plants) {
  const auto of = [measure](Honest subject) {
    return [measure, subject = std::move(subject)](const RowContext& context) {
      return measure(subject, context);
    };
  };
  Row row = bare_row(kind, std::move(info), of(std::move(honest)));
  for (Planted<Honest>& plant : plants)
    row.plants.push_back({std::move(plant.name), of(std::move(plant.subject))});
  return row;
}

/// A theorem's row: honest code makes it hold, and each plant makes it fail.
template <class Subject>
Row identity(RowInfo info, RowResult (*measure)(Subject, const RowContext&),
             std::remove_cvref_t<std::type_identity_t<Subject>> honest,
             std::vector<Planted<std::remove_cvref_t<std::type_identity_t<Subject>>>> plants) {
  return row_of<Subject>(RowKind::identity, std::move(info), measure, std::move(honest), std::move(plants));
}

/// A figure's row without planted errors: each would train for as long as the row. What is a number of a
/// model that is trained has a row by figure.h.
inline Row figure(RowInfo info, RowResult (*measure)(const RowContext&)) {
  return bare_row(RowKind::figure, std::move(info), measure);
}

}  // namespace gradzoo
