#include "tools/verify/ledger/ledger.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/error_message.h"
#include "tools/verify/ledger/figure.h"

namespace gradzoo {

TEST_CASE("a row has its own name, claim, source and time; beyond ten minutes it can be resumed") {
  std::set<std::string> names;
  for (const Row& row : ledger_rows()) {
    CHECK(names.insert(row.name).second);
    CHECK_FALSE(row.claim.empty());
    CHECK_FALSE(row.source.empty());
    CHECK(row.expected_seconds > 0);
    CHECK((row.expected_seconds <= kLongestAtOnce || row.resumes));
    CHECK((row.kind == RowKind::figure || row.quick));
  }
}

TEST_CASE("a value passes near its target, or on its side of a bound, and NaN never does") {
  CHECK(passes({1.0, Near{1.1, 0.11}, ""}));
  CHECK_FALSE(passes({1.0, Near{1.2, 0.11}, ""}));
  CHECK_FALSE(passes({1.0, Near{0.8, 0.11}, ""}));
  CHECK_FALSE(passes({NAN, Near{0, INFINITY}, ""}));
  CHECK(passes({1.0, AtMost{1}, ""}));
  CHECK(passes({-5.0, AtMost{1}, ""}));
  CHECK_FALSE(passes({1.01, AtMost{1}, ""}));
  CHECK_FALSE(passes({NAN, AtMost{INFINITY}, ""}));
  CHECK(passes({8.0, AtLeast{8}, ""}));
  CHECK(passes({9.0, AtLeast{8}, ""}));
  CHECK_FALSE(passes({7.9, AtLeast{8}, ""}));
  CHECK_FALSE(passes({NAN, AtLeast{-INFINITY}, ""}));
  CHECK(gate_text(Near{16, 0.2}) == "16 ± 0.2");
  CHECK(gate_text(AtMost{1e-10}) == "at most 1e-10");
  CHECK(gate_text(AtLeast{8}) == "at least 8");
}

TEST_CASE("an unknown row names the nearest") {
  const std::string message = test::error_message([] { select_rows({"vae.kl_closedform"}, false); });
  CHECK(test::contains(message, "did you mean 'vae.kl_closed_form'"));
}

TEST_CASE("quick selects all identities and nothing else") {
  const std::vector<const Row*> quick = select_rows({}, true);
  for (const Row* row : quick) CHECK(row->kind == RowKind::identity);
  CHECK(std::ranges::count(ledger_rows(), RowKind::identity, &Row::kind) == std::ssize(quick));
  CHECK(select_rows({"vae.is_nll"}, false).size() == 1);
}

TEST_CASE("a row that cannot run says why, and is neither a value nor a failure") {
  const auto fails = [](const RowContext&) -> RowResult { throw Error("no {}. Hint: fetch it", "data"); };
  const Row row{"a.b", RowKind::figure, "claim", "source", false, 1, fails};
  const RowOutcome outcome = run_row(row);
  CHECK(outcome.refusal == "no data. Hint: fetch it");
  CHECK_FALSE(outcome.pass);
  CHECK(std::isnan(outcome.result.value));
  const auto measures = [](const RowContext&) -> RowResult { return {2, AtMost{3}, "s"}; };
  const Row right{"c.d", RowKind::figure, "claim", "source", false, 1, measures};
  const std::vector<RowOutcome> outcomes = {outcome, run_row(right), {&row, {4, AtMost{3}, "s"}, false, 0.5}};
  CHECK(outcomes[1].refusal == "");
  CHECK(outcomes[1].pass);
  const auto json = nlohmann::json::parse(ledger_json(outcomes));
  CHECK(json["failed"] == 1);
  CHECK(json["not_run"] == 1);
  CHECK(json["rows"][0]["refusal"] == "no data. Hint: fetch it");
  for (const char* key : {"setting", "value", "gate", "target", "tolerance"})
    CHECK_MESSAGE(json["rows"][0][key].is_null(), key);
  CHECK(json["rows"][1]["refusal"].is_null());
  CHECK(json["rows"][1]["value"] == 2);
  const PlantReport planted = plant_errors(row);
  CHECK(planted.honest.refusal == outcome.refusal);
  CHECK_FALSE(planted.has_teeth());
  const auto plants = nlohmann::json::parse(plants_json({planted}));
  CHECK(plants["failed"] == 0);
  CHECK(plants["not_run"] == 1);
}

TEST_CASE("a figure's datasets are looked for, those of each of its runs") {
  const auto figure_of = [](const FigureRuns& runs) {
    return figure({"a.b", "claim", "source", 1}, runs, largest(kKl), AtMost{1}, "");
  };
  const Row row = figure_of({{"vae data=ring8"}, {"vae data=/nowhere/at/all seed=2"}});
  CHECK(test::contains(missing_data(row), "/nowhere/at/all: no such folder or file"));
  CHECK(test::contains(missing_data(row), "/nowhere/at/all: no such folder or file"));  // nor the second time
  CHECK(missing_data(figure_of({{"vae data=ring8"}})) == "");
  for (const Row& known : ledger_rows()) {
    const std::vector<std::string> data = known.data();
    const bool clothes = known.name == "ncsn.mdsm_fid" || known.name == "ncsn.fashion_fid";
    CHECK_MESSAGE(std::ranges::count(data, "fashion") == (clothes ? 2 : 0), known.name);
  }
}

TEST_CASE("the JSON has the promised keys, counts failures, and writes no NaN") {
  const Row row{"a.b", RowKind::figure, "claim \"quoted\"", "source", false, 1, nullptr};
  const std::vector<RowOutcome> outcomes = {{&row, {1, Near{1, 0.5}, "s"}, true, 0.5},
                                            {&row, {NAN, AtLeast{8}, "s"}, false, 0.5}};
  const auto json = nlohmann::json::parse(ledger_json(outcomes));
  CHECK(json["failed"] == 1);
  REQUIRE(json["rows"].size() == 2);
  for (const char* key : {"row", "kind", "claim", "source", "setting", "value", "gate", "target", "tolerance",
                          "pass", "seconds"}) {
    CHECK(json["rows"][0].contains(key));
  }
  CHECK(json["rows"][0]["tolerance"] == 0.5);
  CHECK(json["rows"][1]["gate"] == "at least");
  CHECK(json["rows"][1]["target"] == 8);
  CHECK(json["rows"][1]["value"].is_null());
}

}  // namespace gradzoo
