#pragma once

#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "gradzoo/base/options.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/experiments/uses/capable_models.h"
#include "gradzoo/models/base/quantity.h"
#include "gradzoo/plot/drawing.h"
#include "gradzoo/plot/image.h"

/// What is done with finished runs. A use is an object: a file here and a line in uses(); the one command
/// that runs them all (commands/use.cpp) parses, opens, refuses, prints and writes.
namespace gradzoo {

/// What a use is given.
struct UseCall {
  std::vector<std::string> names;                // as they were typed
  std::vector<std::unique_ptr<OpenedRun>> runs;  // of each name, its data checked; null where it is no run
  std::vector<std::string> files = {};           // the user's own, behind a run
  int64_t n = 0;                                 // how many
  uint64_t seed = 0;
  std::vector<std::string> settings = {};  // --set key=value
  std::string file = "";                   // its picture's, as --out has it; "": by its words
  std::FILE* progress = nullptr;           // where long work says how it goes; may be null
  std::function<void(const std::string&)> print = [](const std::string&) {};  // text, before the end

  OpenedRun& run() const { return *runs.front(); }
  /// Another run that stands behind an option, its data checked.
  std::function<std::unique_ptr<OpenedRun>(const std::string& path)> open = {};
};

/// What a use has found. Text, JSON and file names are made of it, in one place.
struct UseResult {
  std::string text = {};     // lines above the numbers
  Quantities numbers = {};   // a line of text each, and a key of JSON (number_key) with `_standard_error`
  std::string remarks = {};  // lines below them
  nlohmann::ordered_json details = nlohmann::ordered_json::object();  // JSON beside the numbers
  std::optional<Drawing> picture = {};
  std::optional<Drawing> charts = {};  // a file beside the picture's
  std::string failure = {};            // of a part, such as one of many runs: the error after all is printed
  std::string words = {};              // of the picture's name: RUN/samples/<use>-<words>-seed<S>.png
};

/// Adds a warning to a result whose details have a list of `warnings`: a line below the numbers, and its text
/// in JSON.
void warn(UseResult& result, const std::string& text);

/// The options of one use, and what it does.
class UseOptions {
 public:
  virtual ~UseOptions() = default;
  /// `held_out` is `--held-out` on the command line.
  virtual void describe(OptionTable& table) = 0;
  virtual UseResult run(UseCall& call) const = 0;
};

/// What a use is asked of.
enum class UseNames {
  run,            // RUN
  run_and_files,  // RUN FILE...
  runs,           // RUN...
  set_and_set,    // A B, each a run or what else the use knows
};

/// --n of a use.
struct UseCount {
  std::string meaning = "";              // "": there is no -n
  int64_t value = 0, low = 0, high = 0;  // value 0: as the use has it
};

/// A line of the list.
struct Use {
  std::string name;
  std::string summary;           // a line of `gradzoo --help`
  std::string description = {};  // of its own help
  std::vector<CommandExample> examples = {};
  UseNames names = UseNames::run;
  std::string names_meaning = "a run directory";
  std::string files_meaning = "";  // of FILE...
  size_t fewest = 1;               // of runs: one, or two
  UseCount count = {};
  std::string seed_meaning = "of what is drawn";
  std::string settings_meaning = "";  // of --set; "": there is none
  std::string file_meaning = "";      // of --out; "": there is no picture
  std::vector<Output> writes = {};    // its own options that name files to write, by their keys
  /// Whether the picture of such data is a chart, x.svg.
  bool (*draws_chart)(const DataShape&) = [](const DataShape&) { return false; };
  /// Why it is of images alone, as a clause about a run of other data, whose word stands for {}: "draws {},
  /// and those have no halves"; "" where it is of any.
  std::string of_images = "";
  /// What a run lacks for it else, as a clause: "has no codes to go between"; "" where it can.
  Missing missing = [](const Abilities&, const DataShape&) { return std::string(); };
  std::unique_ptr<UseOptions> (*options)() = nullptr;
};

/// What is missing, where data that are no images lack something already.
Missing of_images_alone(std::string why, Missing missing);

/// The entry of a use that is a struct O with `describe(OptionTable&)` and `UseResult run(UseCall&) const`.
template <class O>
Use use_of(Use facts) {
  class Options final : public UseOptions {
   public:
    void describe(OptionTable& table) override { options_.describe(table); }
    UseResult run(UseCall& call) const override { return options_.run(call); }

   private:
    O options_;
  };
  facts.options = []() -> std::unique_ptr<UseOptions> { return std::make_unique<Options>(); };
  if (!facts.of_images.empty()) facts.missing = of_images_alone(facts.of_images, facts.missing);
  return facts;
}

/// Every use.
const std::deque<Use>& uses();
/// Adds a program's own use, before the program uses the list. Throws Error if the name is taken.
void add_use(Use use);

/// What models can, asked of them on images, or on points where they learn these alone: a row a model, a
/// column a use: "yes", the setting that it takes ("conditional=false"), or "-". The first row and column are
/// names.
std::vector<std::vector<std::string>> use_table();

/// Throws Error, with a hint that helps, where a run lacks what the use needs.
void check_able(const Use& use, const OpenedRun& run);

/// The numbers as lines, name, value, error, unit and meaning, without those that are not known; what the
/// errors are.
std::string number_lines(const Quantities& numbers);
std::string number_legend(const Quantities& numbers);
/// ("psnr_gain", "dB") is "psnr_gain_db".
std::string number_key(const Quantity& number);
/// Adds them: null where one is not known.
void add_numbers(nlohmann::ordered_json& object, const Quantities& numbers);

}  // namespace gradzoo
