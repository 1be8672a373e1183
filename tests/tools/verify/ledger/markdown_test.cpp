#include <cmath>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "support/error_message.h"
#include "support/paths.h"
#include "tools/verify/ledger/ledger.h"

namespace gradzoo {
using namespace test;

TEST_CASE("the page has a line a row, with its value and what it must be, and the setting below") {
  const Row identity{"a.b", RowKind::identity, "KL(p || q) >= 0", "Gibbs", true, 1, nullptr},
      figure{"c.d", RowKind::figure, "a figure", "a paper", false, 1, nullptr};
  const std::string page = ledger_markdown({{&identity, {1e-12, AtMost{1e-10}, "on a grid"}, true, 0.4},
                                            {&figure, {NAN, Near{88.5, 1}, "one run"}, false, 61}},
                                           "a day");
  check_says(page,
             {"Measured on a day.", "| `a.b` | KL(p \\|\\| q) >= 0 | 1e-12 | at most 1e-10 | 0 | holds |",
              "| `c.d` | a figure | nan | 88.5 ± 1 | 61 | **fails** |", "- `a.b` (Gibbs): on a grid\n"});
  CHECK(contains(ledger_markdown({not_run(figure, "no data")}, ""),
                 "| `c.d` | a figure |  |  | 0 | **did not run** |"));
  CHECK(contains(ledger_markdown({not_run(figure, "no data")}, ""), "- `c.d` (a paper): no data\n"));
  CHECK(page.find("## Identities") < page.find("`a.b`"));
  CHECK(page.find("`a.b`") < page.find("## Figures"));
  CHECK_FALSE(contains(ledger_markdown({{&identity, {0, AtMost{0}, ""}, true, 0}}, ""), "Figures"));
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
