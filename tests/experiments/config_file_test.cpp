#include "gradzoo/experiments/config_file.h"

#include <doctest/doctest.h>

#include "gradzoo/base/version.h"
#include "support/error_message.h"
#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

struct SomeOptions {
  std::string name = "plain";
  int64_t count = 3;
  double rate = 0.5;
  bool loud = false;
  std::vector<int64_t> sizes = {4};
  OptionTable table;
  SomeOptions() {
    table.add("name", name, "a name");
    table.add("count", count, "a count");
    table.add("rate", rate, "a rate");
    table.add("loud", loud, "a flag");
    table.add("sizes", sizes, "sizes");
  }
};

// What reading this text fails with.
std::string reading(const std::string& text) {
  const ScratchDirectory scratch;
  write_file(scratch.file("c.toml"), text);
  return error_message([&] { read_config(scratch.file("c.toml")); });
}

}  // namespace

TEST_CASE("Options come back from their config file, whatever characters they hold") {
  const ScratchDirectory scratch;
  SomeOptions options;
  for (const char* name : {"", "a\"b\\c", "tab\tline\nend", "# no comment", "über \x01", "C:\\u0041"}) {
    options.table.set("name", name);
    options.table.set("count", "-12");
    options.table.set("rate", "1e-7");
    options.table.set("loud", "true");
    options.table.set("sizes", "5,6");
    write_file(scratch.file("c.toml"), config_text("vae", options.table));
    const ConfigFile config = read_config(scratch.file("c.toml"));
    CHECK(config.model == "vae");
    CHECK_FALSE(config.version.empty());
    SomeOptions back;
    apply_config(config, back.table);
    CHECK(back.name == name);
    CHECK(back.count == -12);
    CHECK(back.rate == 1e-7);
    CHECK(back.loud);
    CHECK(back.sizes == std::vector<int64_t>{5, 6});
  }
}

TEST_CASE("Numbers are written as TOML has them, and lists as text") {
  SomeOptions options;
  options.table.set("count", "007");
  options.table.set("rate", ".5");
  const std::string text = config_text("m", options.table);
  check_says(text, {"\ncount = 7\n", "\nrate = 0.5\n", "\nname = \"plain\"\n", "\nloud = false\n",
                    "\nsizes = \"4\"\n"});
}

TEST_CASE("A value that is the default counts as the default in what is shown, and still as chosen") {
  SomeOptions options;
  apply_config(
      {.path = "c", .model = "", .version = "", .values = {{"count", "03"}, {"rate", "2"}, {"sizes", "7"}}},
      options.table);
  CHECK(options.table.find("count").source == "default");
  CHECK(options.table.find("rate").source == "config");
  CHECK(options.sizes == std::vector<int64_t>{7});
  options.table.prefer(options.count, 9, "architecture");
  CHECK(options.count == 3);
}

TEST_CASE("A file of another version says so where an option of it is not known any more") {
  SomeOptions options;
  const auto message = [&](const std::string& version) {
    return error_message([&] {
      apply_config({.path = "c", .model = "", .version = version, .values = {{"layers", "2"}}},
                   options.table);
    });
  };
  CHECK(contains(message("0.1.0"), "gradzoo 0.1.0 wrote the file, this is " + std::string(kVersion)));
  CHECK_FALSE(contains(message(kVersion), "gradzoo"));
}

TEST_CASE("Comments, blanks and literal strings are read") {
  const ScratchDirectory scratch;
  write_file(scratch.file("c.toml"), "# top\n\n  name='a \"b\" \\c' # behind\r\n\tcount = 4\n");
  const ConfigFile config = read_config(scratch.file("c.toml"));
  REQUIRE(config.values.size() == 2);
  CHECK(config.values[0].second == "a \"b\" \\c");
  CHECK(config.values[1].second == "4");
}

TEST_CASE("What is no key = value is refused with its line") {
  CHECK(contains(reading("a = 1\n[table]\n"), "line 2"));
  CHECK(contains(reading("a\n"), "line 1"));
  CHECK(contains(reading("= 3\n"), "line 1"));
  CHECK(contains(reading("a =\n"), "line 1"));
  CHECK(contains(reading("a = word\n"), "quote"));
  CHECK(contains(reading("a = \"open\n"), "without its end"));
  CHECK(contains(reading("a = 'open\n"), "without its end"));
  CHECK(contains(reading("a = \"x\" y\n"), "text after its value"));
  CHECK(contains(reading("a = \"\\q\"\n"), "escape"));
  CHECK(contains(reading("a = \"\\u00zz\"\n"), "escape"));
  CHECK(contains(reading("a = \"\\u0000\"\n"), "escape"));
  CHECK(contains(reading(std::string("a = 1\nb = \"\0\"\n", 14)), "line 2 has a zero byte. Hint: "));
  CHECK(contains(reading("a = 1\nb = 2\na = 3\n"), "line 3 sets 'a' again"));
  CHECK(contains(error_message([] { read_config("/nonexistent.toml"); }), "/nonexistent.toml"));
  CHECK(contains(error_message([] { read_config("/tmp"); }), "/tmp"));
}

TEST_CASE("An unknown key in a config file is an error that names the file and the nearest key") {
  SomeOptions options;
  const std::string message = error_message([&] {
    apply_config({.path = "my.toml", .model = "", .version = "", .values = {{"coutn", "3"}}}, options.table);
  });
  check_says(message, {"my.toml", "'count'"});
}
