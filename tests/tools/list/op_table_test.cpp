#include "tools/list/op_table.h"

#include <doctest/doctest.h>

#include "experiments/refusals.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

std::string line_of(const std::string& page, const std::string& op) {
  const size_t at = page.find("\n| " + op + " |") + 1;
  return page.substr(at, page.find('\n', at) - at);
}

}  // namespace

TEST_CASE("The page of gradient rules is what the ops say of themselves") {
  const std::string page = ops_markdown();
  CHECK_MESSAGE(read_file(source_dir() + "/docs/ops.md") == page,
                "Hint: gradzoo list ops --markdown docs/ops.md writes it anew");
  CHECK(line_of(page, "mul") == "| mul | `y = a b;  da = g b;  db = g a` | bilinear | all | #2; #1 |");
  CHECK(line_of(page, "relu") == "| relu | `y = max(x, 0);  dx = g [x > 0]` | elementwise | 0 | y |");
  CHECK(contains(line_of(page, "abs"), "`y = \\|x\\|;"));
  CHECK(line_of(page, "mul_act").ends_with("| elementwise | -1 to all | #2; #1, #2 |"));
  CHECK(line_of(page, "where").ends_with("| #1; #1 |"));  // its mask has no gradient
}

TEST_CASE("list ops --markdown writes the page, and no other list has one") {
  const ScratchDirectory scratch;
  run_ok("list ops --markdown ops.md", scratch.file(""));
  CHECK(read_file(scratch.file("ops.md")) == ops_markdown());
  check_refused("list models --markdown ops.md", scratch.file(""), {"list ops --markdown FILE"});
}
