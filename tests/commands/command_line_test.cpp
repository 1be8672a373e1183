#include "gradzoo/commands/command_line.h"

#include <doctest/doctest.h>

#include "gradzoo/base/program_name.h"
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
  std::string help, asked_with;

  explicit Parsed(const std::vector<std::string>& arguments) {
    CommandLine line("demo", "Shows how. And more.", {{"gradzoo demo runs/a --out x-1", "the \\shortest"}});
    line.positional("RUN", run, "a run");
    line.option("-n,--count", "N", count, "how many", 1, 9);
    line.option("--out", "FILE", out, "where to");
    line.options("--set", "KEY=VALUE", settings, "any setting");
    line.flag("--json", json, "for programs");
    line.completes("RUN", [](const std::string&) { return Candidates{{"runs/a", "one"}, {"other", "two"}}; });
    line.completes("--set", [this](const std::string& partial) {
      asked_with = run + " " + partial;
      return Candidates{{"size=", "how large"}, {"seed=", "which"}};
    });
    line.section("Sizes:", [] { return std::string("  .small\n"); });
    go = line.parse(arguments);
    if (!go) help = line.help();
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

TEST_CASE("a name that JSON cannot hold is refused before the work, and only where JSON is printed") {
  const std::string name = "b\xff";
  CHECK(Parsed({name, "--out", name}).run == name);
  const std::string why = " is not UTF-8, which JSON requires. Hint: rename the file, or remove --json";
  CHECK(refusal({name, "--json"}) == "demo: 'b?'" + why);
  CHECK(refusal({"here", "--json", "--out", "\xc3"}) == "demo: '?'" + why);
  CHECK(refusal({"here", "--json", "--set=a=\xe2\x82"}) ==
        "demo: '--set=a=?"
        "?'" +
            why);
  CHECK(Parsed({"\xc3\xa4 \xe2\x82\xac", "--json"}).json);
}

TEST_CASE("Help needs nothing else, and ends in sections and examples") {
  const Parsed asked({"--help"});
  CHECK_FALSE(asked.go);
  CHECK(contains(asked.help, "--count"));
  CHECK(asked.help.ends_with(
      "Sizes:\n  .small\n\nExamples:\n  gradzoo demo runs/a --out x-1  # the \\shortest\n"));
}

TEST_CASE("The manual page says the same, and nothing of it is a command of troff") {
  const Parsed asked({"--man"});
  CHECK_FALSE(asked.go);
  for (const char* part :
       {".TH GRADZOO\\-DEMO 1", "gradzoo\\-demo \\- Shows how\n", ".I RUN\n",
        ".TP\n\\fB\\-n\\fR, \\fB\\-\\-count\\fR \\fIN\\fR\nhow many\n", ".SH SIZES\n.nf\n  .small\n.fi\n",
        ".B gradzoo demo runs/a \\-\\-out x\\-1\nthe \\eshortest\n"})
    CHECK_MESSAGE(contains(asked.help, part), part);
}

TEST_CASE("What may follow the words before the cursor") {
  const auto lines = [](std::vector<std::string> words) {
    words.insert(words.begin(), "--complete");
    const Parsed asked(words);
    CHECK_FALSE(asked.go);
    return asked.help;
  };
  CHECK(lines({""}) == "runs/a\tone\nother\ttwo\n");
  CHECK(lines({"ru"}) == "runs/a\tone\n");
  CHECK(lines({"x", "--js"}) == "--json\tfor programs\n");
  CHECK(lines({"x", "--out", ""}) == "\tfiles\n");
  CHECK(lines({"x", "--set", "se"}) == "seed=\twhich\n");
  CHECK(lines({"--set", "size=2", "ot"}) == "other\ttwo\n");
  CHECK(lines({"-n", ""}).empty());
  CHECK(lines({"--out=x"}) == "\tfiles\n");
  CHECK(lines({"--set=si"}) == "--set=size=\thow large\n");
  CHECK(lines({"--json=x"}).empty());
  CHECK(contains(lines({"x", ""}), "--count\thow many\n"));  // no positional is left
  // Completions know what was typed before, where it can be parsed; nonsense harms nobody.
  CHECK(Parsed({"--complete", "here", "--set", "s"}).asked_with == "here s");
  CHECK(Parsed({"--complete", "here", "--json", "--set", "s"}).asked_with == "here s");
  CHECK(Parsed({"--complete"}).help == "runs/a\tone\nother\ttwo\n");
}

TEST_CASE("Nothing is completed that is not described") {
  CommandLine line("demo", "Shows how.", {});
  CHECK(contains(error_message([&] { line.completes("--out", {}); }), "--out is used before"));
}

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
TEST_CASE("a program of another name is called by its name, and only in its own commands") {
  call_program("./mine", {"train", "log-prob", "COMMAND"});
  CHECK(as_called("Hint: gradzoo train vae, or gradzoo list models; gradzoo log-prob x") ==
        "Hint: ./mine train vae, or gradzoo list models; ./mine log-prob x");
  CHECK(as_called("gradzoo trains; gradzoo train. gradzoo train") ==
        "gradzoo trains; ./mine train. ./mine train");
  CHECK(as_called("usage: gradzoo COMMAND") == "usage: ./mine COMMAND");
  for (const char* text : {"", "gradzoo", "gradzoo ", "ends with gradzoo "}) CHECK(as_called(text) == text);
  call_program("gradzoo", {});
  CHECK(as_called("gradzoo train") == "gradzoo train");
}
