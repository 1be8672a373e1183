#include "tools/run/config_file.h"

#include <doctest/doctest.h>

#include "models/registry.h"
#include "support/error_message.h"
#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

Settings some_settings() {
  return Settings({{.key = "name", .type = SettingType::text, .value = "plain", .meaning = "a name"},
                   {.key = "count", .type = SettingType::integer, .value = "3", .meaning = "a count"},
                   {.key = "rate", .type = SettingType::real, .value = "0.5", .meaning = "a rate"},
                   {.key = "loud", .type = SettingType::flag, .value = "false", .meaning = "a flag"}});
}

// What reading this text fails with.
std::string reading(const std::string& text) {
  const ScratchDirectory scratch;
  write_file(scratch.file("c.toml"), text);
  return error_message([&] { read_config(scratch.file("c.toml")); });
}

}  // namespace

TEST_CASE("Settings come back from their config file, whatever characters they hold") {
  const ScratchDirectory scratch;
  Settings settings = some_settings();
  for (const char* name : {"", "a\"b\\c", "tab\tline\nend", "# no comment", "über \x01", "C:\\u0041"}) {
    settings.set("name", name);
    settings.set("count", "-12");
    settings.set("rate", "1e-7");
    settings.set("loud", "true");
    write_file(scratch.file("c.toml"), config_text("vae", settings));
    const ConfigFile config = read_config(scratch.file("c.toml"));
    CHECK(config.model == "vae");
    CHECK_FALSE(config.version.empty());
    Settings back = some_settings();
    apply_config(config, back);
    CHECK(back.text("name") == name);
    CHECK(back.integer("count") == -12);
    CHECK(back.real("rate") == 1e-7);
    CHECK(back.flag("loud"));
  }
}

TEST_CASE("Numbers are written as TOML has them") {
  Settings settings = some_settings();
  settings.set("count", "007");
  settings.set("rate", ".5");
  const std::string text = config_text("m", settings);
  CHECK(contains(text, "\ncount = 7\n"));
  CHECK(contains(text, "\nrate = 0.5\n"));
  CHECK(contains(text, "\nname = \"plain\"\n"));
  CHECK(contains(text, "\nloud = false\n"));
}

TEST_CASE("A value that is the default counts as the default in what is shown, and still as chosen") {
  Settings settings = some_settings();
  apply_config({.path = "c", .model = "", .version = "", .values = {{"count", "3"}, {"rate", "2"}}},
               settings);
  CHECK(settings.all()[1].source == "default");
  CHECK(settings.all()[2].source == "config");
  settings.set_default("count", "9", "architecture");
  CHECK(settings.integer("count") == 3);
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
  CHECK(contains(reading("a = \"x\" y\n"), "goes on"));
  CHECK(contains(reading("a = \"\\q\"\n"), "escape"));
  CHECK(contains(reading("a = \"\\u00zz\"\n"), "escape"));
  CHECK(contains(reading("a = 1\nb = 2\na = 3\n"), "line 3 sets 'a' again"));
  CHECK(contains(error_message([] { read_config("/nonexistent.toml"); }), "/nonexistent.toml"));
  CHECK(contains(error_message([] { read_config("/tmp"); }), "/tmp"));
}

TEST_CASE("An unknown key in a config file is an error that names the file and the nearest key") {
  Settings settings = some_settings();
  const std::string message = error_message([&] {
    apply_config({.path = "my.toml", .model = "", .version = "", .values = {{"coutn", "3"}}}, settings);
  });
  CHECK(contains(message, "my.toml"));
  CHECK(contains(message, "'count'"));
}
