#include "tools/command/command_line.h"

#include <doctest/doctest.h>

#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

struct Parsed {
  std::string run, out = "default";
  int64_t count = 7;
  bool json = false;
  std::vector<std::string> settings;
  bool go = false;

  explicit Parsed(const std::vector<std::string>& arguments) {
    CommandLine line("demo", "Shows how.");
    line.positional("RUN", run, "a run");
    line.option("-n,--count", "N", count, "how many", 1, 9);
    line.option("--out", "FILE", out, "where to");
    line.options("--set", "KEY=VALUE", settings, "any setting");
    line.flag("--json", json, "for programs");
    go = line.parse(arguments);
  }
};

std::string refusal(const std::vector<std::string>& arguments) {
  return error_message([&] { const Parsed parsed(arguments); });
}

}  // namespace

TEST_CASE("Arguments reach their targets in any order, and what is not given keeps its default") {
  const Parsed all({"--set", "a=1", "here", "--json", "--set", "b=2", "-n", "3", "--out=x"});
  CHECK(all.go);
  CHECK(all.run == "here");
  CHECK(all.count == 3);
  CHECK(all.json);
  CHECK(all.out == "x");
  CHECK(all.settings == std::vector<std::string>{"a=1", "b=2"});
  const Parsed few({"here"});
  CHECK(few.count == 7);
  CHECK(few.out == "default");
}

TEST_CASE("Help needs nothing else") { CHECK_FALSE(Parsed({"--help"}).go); }

TEST_CASE("What is wrong is said with the name of the command and of the nearest option") {
  CHECK(contains(refusal({}), "demo: RUN is missing"));
  CHECK(contains(refusal({"here", "there"}), "demo: 'there' is one argument too many"));
  CHECK(contains(refusal({"here", "--cuont", "3"}), "'--count'"));
  CHECK(contains(refusal({"here", "--cuont=3"}), "'--cuont' is not known"));
  CHECK(contains(refusal({"here", "-n", "10"}), "10 is not in 1..9"));
  CHECK(contains(refusal({"here", "-n", "3.5"}), "'3.5' is not a whole number"));
  CHECK(contains(refusal({"here", "--out"}), "--out"));
  CHECK(contains(refusal({"here", "--json=maybe"}), "json"));
}
