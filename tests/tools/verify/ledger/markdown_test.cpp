#include <cmath>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "support/error_message.h"
#include "support/paths.h"
#include "tools/verify/ledger/ledger.h"

namespace gradzoo {
using namespace test;

TEST_CASE(
    "the page has a line a row, with its value, what it must be and when, and the setting below; others "
    "stay") {
  const Row identity{"a.b", RowKind::identity, "KL(p || q) >= 0", "Gibbs", true, 1, nullptr},
      figure{"c.d", RowKind::figure, "a figure", "a paper", false, 1, nullptr};
  const Row rows[] = {identity, figure};
  const std::string one = ledger_markdown(rows, {&rows[0], {1e-12, AtMost{1e-10}, "on a grid"}, true, 0.4},
                                          "a day, a machine", "");
  check_says(one, {"| `a.b` | KL(p \\|\\| q) >= 0 | 1e-12 | at most 1e-10 | 0 | a day, a machine | holds |\n",
                   "- `a.b` (Gibbs): on a grid\n"});
  CHECK_FALSE(contains(one, "## Figures"));
  const std::string page =
      ledger_markdown(rows, {&rows[1], {NAN, Near{88.5, 1}, "one run"}, false, 61}, "another", one);
  check_says(page,
             {"| `a.b` | KL(p \\|\\| q) >= 0 | 1e-12 | at most 1e-10 | 0 | a day, a machine | holds |\n",
              "- `a.b` (Gibbs): on a grid\n- `c.d` (a paper): one run\n",
              "| `c.d` | a figure | nan | 88.5 ± 1 | 61 | another | **fails** |\n"});
  CHECK(page.find("## Identities") < page.find("`a.b`"));
  CHECK(page.find("`a.b`") < page.find("## Figures"));
  const std::string again =
      ledger_markdown(rows, {&rows[0], {1, AtMost{2}, "anew"}, true, 3}, "a later day", page);
  CHECK(contains(again, "| 1 | at most 2 | 3 | a later day | holds |\n"));
  CHECK_FALSE(contains(again, "a machine"));
  CHECK(contains(again, "| another | **fails** |\n"));
  CHECK(ledger_markdown(rows, not_run(rows[0], "no data"), "today", page) == page);
  const std::string without = ledger_markdown(std::span(rows, 1), not_run(rows[0], "no data"), "", page);
  CHECK_FALSE(contains(without, "c.d"));
}

TEST_CASE("docs/ledger.md has every row, and none that is gone, none failing") {
  std::ifstream file(source_dir() + "/docs/ledger.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  for (const Row& row : ledger_rows()) CHECK_MESSAGE(contains(page, "| `" + row.name + "` |"), row.name);
  size_t rows = 0;
  for (size_t at = 0; (at = page.find("| `", at)) != std::string::npos; ++at) ++rows;
  CHECK(rows == ledger_rows().size());
  CHECK_FALSE(contains(page, "**fails**"));
}

}  // namespace gradzoo
