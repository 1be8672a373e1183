#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace gradzoo {

/// Kind of a row: a theorem (identity), or a published result (figure).
enum class RowKind { identity, figure };

/// A condition on a value: |value - target| <= tolerance, value <= bound, or value >= bound. NaN fails all.
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

/// A measured value with the condition on it.
struct RowResult {
  double value;
  Gate gate;
  std::string setting;  ///< exact settings of the measurement, with standard errors and counts
};

/// The conditions under which a row is measured.
struct RowContext {
  uint64_t seed = 1;
  std::string folder = "";  ///< folder of the checkpoints from which long rows resume; "": no checkpoints
  /// Prints the progress of a long row.
  std::function<void(const std::string&)> progress = [](const std::string&) {};
  bool brief = false;  ///< fewer draws and steps, still enough to detect injected errors (for tests)

  int64_t count(int64_t whole, int64_t of_brief) const { return brief ? of_brief : whole; }
};

/// An error injection: the row's measurement of a subject with a known error. The row must fail.
struct Plant {
  std::string name;  // "twice the size"
  std::function<RowResult(const RowContext&)> measure;
};

struct Row {
  std::string name;  // "vae.kl_closed_form"
  RowKind kind;
  std::string claim;        ///< sentence that must be true
  std::string source;       ///< theorem or paper
  bool quick;               ///< true if --quick measures the row
  double expected_seconds;  ///< duration on two cores, s
  std::function<RowResult(const RowContext&)> measure;
  bool resumes = false;  ///< true if the row saves checkpoints in context.folder and resumes from them
  std::vector<Plant> plants = {};
  /// Returns the names of the row's datasets, which are checked before any row runs.
  std::function<std::vector<std::string>()> data = [] { return std::vector<std::string>(); };
};

/// Longest duration of a row that does not resume, s.
inline constexpr double kLongestAtOnce = 600;

/// The texts of a row, and its expected duration.
struct RowInfo {
  std::string name, claim, source;
  double expected_seconds;
};

/// Returns the row with this measurement, without error injections.
inline Row bare_row(RowKind kind, RowInfo info, std::function<RowResult(const RowContext&)> measure) {
  return {std::move(info.name),      kind,
          std::move(info.claim),     std::move(info.source),
          kind == RowKind::identity, info.expected_seconds,
          std::move(measure)};
}

/// A subject with a known error, and the error's name.
template <class Subject>
struct Planted {
  std::string name;
  Subject subject;
};

/// Returns the row that measures `honest`, and each of `plants` with the same function.
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

/// Returns a theorem's row: it holds for the honest subject, and fails for each plant.
template <class Subject>
Row identity(RowInfo info, RowResult (*measure)(Subject, const RowContext&),
             std::remove_cvref_t<std::type_identity_t<Subject>> honest,
             std::vector<Planted<std::remove_cvref_t<std::type_identity_t<Subject>>>> plants) {
  return row_of<Subject>(RowKind::identity, std::move(info), measure, std::move(honest), std::move(plants));
}

/// Returns a figure's row without error injections. Rows about trained models use figure.h.
inline Row figure(RowInfo info, RowResult (*measure)(const RowContext&)) {
  return bare_row(RowKind::figure, std::move(info), measure);
}

}  // namespace gradzoo
