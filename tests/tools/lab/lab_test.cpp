#include "tools/lab/lab.h"

#include <set>

#include <doctest/doctest.h>

#include "support/error_message.h"
#include "support/paths.h"
#include "support/scratch.h"

namespace gradzoo {
namespace {

using test::contains;
using test::error_message;

TEST_CASE("labs have names of their own, and are found by them") {
  std::set<std::string> names;
  for (const LabEntry& entry : labs()) {
    CHECK(names.insert(entry.name).second);
    CHECK(find_lab(entry.name).name == entry.name);
    CHECK(!entry.idea.empty());
    CHECK(!entry.source.empty());
  }
  CHECK(contains(error_message([] { find_lab("noise-level"); }), "did you mean 'noise-levels'"));
}

TEST_CASE("the page of labs has each lab, with its command, its exercise and the answer") {
  const std::string page = test::read_file(test::source_dir() + "/docs/labs.md");
  for (const LabEntry& entry : labs()) {
    INFO(entry.name);
    const size_t begin = page.find("\n## " + entry.name + "\n");
    REQUIRE(begin != std::string::npos);
    const std::string section = page.substr(begin, page.find("\n## ", begin + 4) - begin);
    CHECK(contains(section, "gradzoo lab " + entry.name + "\n"));
    CHECK(contains(section, "*Exercise.*"));
    CHECK(contains(section, "*Answer.*"));
  }
}

}  // namespace
}  // namespace gradzoo
