#include "gradzoo/experiments/uses/use.h"

#include <algorithm>
#include <deque>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/commands.h"
#include "gradzoo/commands/shared_options.h"
#include "gradzoo/commands/values.h"
#include "gradzoo/experiments/zoo.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

/// What was typed.
struct UseArguments {
  std::vector<std::string> names, files = {};
  int64_t n = 0, seed = -1, threads = 0;
  std::string out = {};
  std::vector<std::string> settings = {};
  bool json = false;
};

// held_out is --held-out.
std::string flag_of(std::string key) {
  std::ranges::replace(key, '_', '-');
  return "--" + key;
}

std::string placeholder_of(const Option& option) {
  if (option.type == OptionType::integer) return "N";
  return option.type == OptionType::real ? "X" : "VALUE";
}

std::string help_of(const Option& option) {
  std::string text = option.meaning;
  if (!option.choices.empty()) {
    text += ":";
    for (const std::string& choice : option.choices) text += " " + choice;
  }
  return option.text().empty() ? text : fmt::format("{} (default: {})", text, option.text());
}

/// The options of a use on the command line: texts until they are read.
class TypedOptions {
 public:
  TypedOptions(CommandLine& line, const Use& use, OptionTable& table) : table_(table) {
    for (const Option& option : table.all()) {
      if (option.type == OptionType::flag)
        line.flag(flag_of(option.key), flags_.emplace_back(option.key, false).second, option.meaning);
      else
        line.option(flag_of(option.key), placeholder_of(option), texts_.emplace_back(option.key, "").second,
                    help_of(option));
      if (const auto file = std::ranges::find(use.writes, option.key, &Output::name);
          file != use.writes.end())
        line.writes(flag_of(option.key), file->what, file->endings);
      else if (option.type == OptionType::text && option.choices.empty())
        line.reads(flag_of(option.key));
      if (!option.choices.empty())
        line.completes(flag_of(option.key),
                       [&option](const std::string&) { return words_known(option.choices); });
      else if (option.key == "classifier")  // a run, as RUN is
        line.completes(flag_of(option.key), runs_known);
    }
  }
  void read() {
    for (const auto& [key, value] : texts_)
      if (!value.empty()) table_.set(key, value, flag_of(key));
    for (const auto& [key, value] : flags_)
      if (value) table_.set(key, "true", flag_of(key));
  }

 private:
  OptionTable& table_;
  std::deque<std::pair<std::string, std::string>> texts_;  // stay where they are
  std::deque<std::pair<std::string, bool>> flags_;
};

void describe(CommandLine& line, const Use& use, UseArguments& typed) {
  if (use.names == UseNames::runs) {
    line.positionals("RUN", typed.names, use.names_meaning);
    line.completes("RUN", runs_known);
    line.reads("RUN");
  } else {
    const bool pair = use.names == UseNames::set_and_set;
    typed.names.resize(pair ? 2 : 1);
    const std::string first = pair ? "A" : "RUN";
    line.positional(first, typed.names[0], use.names_meaning);
    line.completes(first, runs_known);
    line.reads(first);
    if (pair) {
      line.positional("B", typed.names[1], "the second one, in the form of A");
      line.completes("B", runs_known);
      line.reads("B");
    }
    if (use.names == UseNames::run_and_files) {
      line.positionals("FILE", typed.files, use.files_meaning);
      line.reads("FILE");
    }
  }
  if (!use.count.meaning.empty())
    line.option("-n", "N", typed.n,
                use.count.value > 0 ? fmt::format("{} (default: {})", use.count.meaning, use.count.value)
                                    : use.count.meaning,
                use.count.low, use.count.high);
  if (!use.settings_meaning.empty()) line.options("--set", "KEY=VALUE", typed.settings, use.settings_meaning);
  if (!use.file_meaning.empty()) {
    const char* ending = use.draws_chart({}) ? "svg" : "png";
    line.option(
        "--out", "FILE", typed.out,
        fmt::format("x.{0}: {1} (default: RUN/samples/{2}-...{0})", ending, use.file_meaning, use.name));
    line.writes("--out", "a picture", {".png", ".svg"});
  }
  add_seed(line, typed.seed, use.seed_meaning + " (default: the run's seed)");
  add_threads(line, typed.threads);
  line.flag("--json", typed.json, "print JSON");
}

// One rule: among the samples of the first run, by the use, what it was asked, and the seed.
std::string file_of(const Use& use, const UseCall& call, const UseResult& result) {
  std::string name = fmt::format("{}-{}seed{}{}", use.name, result.words.empty() ? "" : result.words + "-",
                                 call.seed, result.picture->ending);
  for (const auto& run : call.runs)
    if (run) return run->directory.result(name);
  return name;
}

// Where the pictures were written.
Json with_files(Json object, const std::string& file, const std::string& charts) {
  if (!object.is_object()) return object;
  if (!file.empty()) object["file"] = file;
  if (!charts.empty()) object["charts"] = charts;
  return object;
}

}  // namespace

int use_command(const Use& use, const Arguments& arguments) {
  UseArguments typed{.names = {}, .n = use.count.value};
  CommandLine line(use.name, use.description, use.examples);
  const std::unique_ptr<UseOptions> options = use.options();
  OptionTable table;
  options->describe(table);
  describe(line, use, typed);
  TypedOptions own(line, use, table);
  if (!line.read(arguments)) return 0;
  own.read();
  const RunMode mode(typed.threads);
  if (typed.out.empty() && !use.file_meaning.empty() && std::ranges::none_of(find_runs(typed.names), is_run))
    line.check_outputs({{"--out", use.name + ".png"}});  // file_of() will put it into the current folder
  const auto seed = typed.seed < 0 ? std::nullopt : std::optional(static_cast<uint64_t>(typed.seed));
  UseCall call = open_call(use, {.names = typed.names,
                                 .files = typed.files,
                                 .n = typed.n,
                                 .seed = seed,
                                 .settings = typed.settings,
                                 .progress = stderr,
                                 .processes = all_processes()});
  const bool chart = !call.runs.empty() && call.runs.front() && use.draws_chart(call.run().shape);
  if (!typed.out.empty())
    line.check_outputs({{"--out", typed.out, chart ? "a chart" : "a picture", {chart ? ".svg" : ".png"}}});
  if (!typed.json)
    call.print = [](const std::string& text) {
      fmt::print("{}", text);
      std::fflush(stdout);
    };
  const UseResult result = options->run(call);
  if (!all_processes().is_first()) return 0;
  std::string file, charts;
  std::vector<Output> outputs;
  if (result.picture) {
    file = typed.out.empty() ? file_of(use, call, result) : typed.out;
    outputs.push_back({"--out", file});
  }
  if (result.charts) {
    charts = std::filesystem::path(file).replace_extension(result.charts->ending).string();
    outputs.push_back({"--out", charts});
  }
  line.check_outputs(outputs);
  if (result.picture) write_drawing(file, *result.picture);
  if (result.charts) write_drawing(charts, *result.charts);
  if (typed.json) {
    fmt::print("{}\n", with_files(json_of(use, call, result), file, charts).dump());
  } else {
    fmt::print("{}{}{}{}", result.text, number_lines(result.numbers), number_legend(result.numbers),
               result.remarks);
    for (const std::string& written : {file, charts})
      if (!written.empty()) fmt::print("{}\n", printable(written));
  }
  if (!result.failure.empty()) throw Error(result.failure);
  return 0;
}

}  // namespace gradzoo
