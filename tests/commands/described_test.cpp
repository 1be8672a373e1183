#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "experiments/small_runs.h"
#include "support/error_message.h"

// What every command says of itself, asked of the program: help, manual page and completions are of one
// description.
using namespace gradzoo::test;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Names before the tab.
std::vector<std::string> completed(const std::string& words, const std::string& folder) {
  std::vector<std::string> names;
  const ProcessResult result = run_ok("--complete " + words, folder);
  for (const std::string& line : lines_of(result.out)) names.push_back(line.substr(0, line.find('\t')));
  return names;
}

std::vector<std::string> commands_in(const std::string& folder) {
  std::vector<std::string> commands = completed("", folder);
  std::erase_if(commands, [](const std::string& name) { return name.starts_with('-'); });
  commands.insert(commands.end(), {"data check", "data convert"});
  return commands;
}

// "-n" of "  -n N   samples", "--out" of "  --out FILE  where"; newer CLI11s put the long names in a column.
std::vector<std::string> options_in(const std::string& help) {
  std::vector<std::string> options;
  bool listed = false;
  for (const std::string& line : lines_of(help)) {
    if (line.starts_with("Options:") || line.starts_with("OPTIONS:")) listed = true;
    if (line.empty()) listed = false;
    std::smatch names;
    static const std::regex kOption("^ {2,12}(?:-\\w, *)?(--?[\\w-]+).*");
    if (listed && std::regex_match(line, names, kOption)) options.push_back(names[1]);
  }
  return options;
}

std::string unescaped(std::string roff) {
  for (size_t at; (at = roff.find("\\-")) != std::string::npos;) roff.erase(at, 1);
  return roff;
}

}  // namespace

TEST_CASE("Every --help ends in examples, whose options the command has") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  const std::vector<std::string> commands = commands_in(folder);
  CHECK(commands.size() > 20);
  for (const std::string& command : commands) {
    INFO("gradzoo ", command);
    const ProcessResult result = run_ok(command + " --help", folder);
    const size_t at = result.out.find("\nExamples:\n");
    REQUIRE(at != std::string::npos);
    const std::vector<std::string> examples = lines_of(result.out.substr(at + 11));
    REQUIRE_FALSE(examples.empty());
    const std::vector<std::string> options = completed(command + " --", folder);
    for (const std::string& example : examples) {
      INFO(example);
      const std::string typed = example.substr(0, example.find("  # "));
      CHECK((typed == "  gradzoo " + command || typed.starts_with("  gradzoo " + command + " ")));
      std::istringstream words(typed);
      for (std::string word; words >> word;)
        if (word.starts_with("--")) CHECK(std::ranges::find(options, word) != options.end());
    }
  }
}

TEST_CASE("Every option of a --help is in the manual page and among the completions") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  for (const std::string& command : commands_in(folder)) {
    INFO("gradzoo ", command);
    const std::vector<std::string> options = options_in(run_gradzoo(command + " --help", folder).out);
    CHECK(std::ranges::find(options, "--help") != options.end());
    const std::string page = unescaped(run_gradzoo(command + " --man", folder).out);
    const std::vector<std::string> known = completed(command + " -", folder);
    CHECK(known.size() == options.size());
    for (const std::string& option : options) {
      INFO(option);
      CHECK(contains(page, "\\fB" + option + "\\fR"));
      CHECK(std::ranges::find(known, option) != known.end());
    }
  }
}

TEST_CASE("A run whose name a shell would take for more than a name is not offered") {
  const ScratchDirectory scratch;
  for (const char* const name : {"plain-1", "$(touch x)", "a b", "new\nline", "tab\there"}) {
    const std::string run = scratch.file(std::string("runs/") + name);
    std::filesystem::create_directories(run);
    write_file(run + "/config.toml", "");
  }
  const std::vector<std::string> offered = completed("sample runs/", scratch.file(""));
  CHECK(offered == std::vector<std::string>{"runs/plain-1", ""});
}

TEST_CASE("Names of data, models and settings are completed as the program knows them") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("");
  const auto has = [&](const std::string& words, const std::string& name) {
    const std::vector<std::string> names = completed(words, folder);
    return std::ranges::find(names, name) != names.end();
  };
  CHECK(has("train ra", "") == false);
  CHECK(has("train realn", "realnvp"));
  CHECK(has("train vae --data mni", "mnist"));
  CHECK(has("train vae --data tw", "two-moons"));
  CHECK(has("train vae --set", "") == false);
  CHECK(has("train vae --set lat", "latent="));
  CHECK_FALSE(has("train gan --set beta", "sampler="));
  CHECK(has("train vae --set objective=iw", "objective=iwae"));
  CHECK(has("train vae --set data=ring", "data=ring8"));
  CHECK(has("sample zoo/va", "zoo/vae"));
  CHECK(has("compare zoo/vae zoo/dd", "zoo/ddpm"));
  CHECK(has("c2st zoo/vae zoo/dd", "zoo/ddpm"));
  CHECK(has("eval zoo/vae --classifier zoo/dd", "zoo/ddpm"));
  CHECK(has("explain squ", "square-sine"));
  CHECK(has("gradcheck relu softp", "softplus"));  // the second of several
  CHECK(has("data check mni", "mnist"));
  CHECK(has("nothing-like-this x", "") == false);
}
