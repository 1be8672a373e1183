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

/// Commands on finished runs, which are called uses. Each use is a file in this folder and an entry in
/// uses(). The common code in commands/use.cpp parses arguments, opens and checks runs, prints and writes.
namespace gradzoo {

/// The arguments of a use.
struct UseCall {
  std::vector<std::string> names;                // names as typed by the user
  std::vector<std::unique_ptr<OpenedRun>> runs;  // run per name, its data checked; null if it is not a run
  std::vector<std::string> files = {};           // the user's files, which follow a run
  int64_t n = 0;                                 // value of -n
  uint64_t seed = 0;
  std::vector<std::string> settings = {};  // key=value of --set
  std::string file = "";                   // path of the picture, from --out; "": made from UseResult::words
  std::FILE* progress = nullptr;           // stream for progress lines; may be null
  std::function<void(const std::string&)> print = [](const std::string&) {};  // prints text before the end

  OpenedRun& run() const { return *runs.front(); }
  /// Opens another run, the value of an option, and checks its data.
  std::function<std::unique_ptr<OpenedRun>(const std::string& path)> open = {};
};

/// The results of a use. Common code makes text, JSON and file names from them.
struct UseResult {
  std::string text = {};     // lines above the numbers
  Quantities numbers = {};   // one line and one JSON key (number_key) each; errors have `_standard_error`
  std::string remarks = {};  // lines below the numbers
  nlohmann::ordered_json details = nlohmann::ordered_json::object();  // further JSON keys
  std::optional<Drawing> picture = {};
  std::optional<Drawing> charts = {};  // charts in a file next to the picture
  std::string failure = {};            // error of a part, e.g. of one run, thrown after the output
  std::string words = {};              // part of the picture's name: RUN/samples/<use>-<words>-seed<S>.png
};

/// Adds a warning: a line below the numbers, and an entry of the list `warnings` in the result's JSON.
void warn(UseResult& result, const std::string& text);

/// The options of one use, and its function.
class UseOptions {
 public:
  virtual ~UseOptions() = default;
  /// Adds the use's options; `held_out` is `--held-out` on the command line.
  virtual void describe(OptionTable& table) = 0;
  virtual UseResult run(UseCall& call) const = 0;
};

/// The arguments before a use's options.
enum class UseNames {
  run,            // RUN
  run_and_files,  // RUN FILE...
  runs,           // RUN...
  set_and_set,    // A B, each a run or another name that the use accepts
};

/// The option -n of a use.
struct UseCount {
  std::string meaning = "";              // option text; "": the use has no -n
  int64_t value = 0, low = 0, high = 0;  // value 0: the use chooses
};

/// An entry of uses().
struct Use {
  std::string name;
  std::string summary;           // line in `gradzoo --help`
  std::string description = {};  // text in the use's help
  std::vector<CommandExample> examples = {};
  UseNames names = UseNames::run;
  std::string names_meaning = "a run directory";
  std::string files_meaning = "";  // text of the argument FILE...
  size_t fewest = 1;               // smallest number of runs: 1 or 2
  UseCount count = {};
  std::string seed_meaning = "seed of the random draws";
  std::string settings_meaning = "";  // text of --set; "": the use has no --set
  std::string file_meaning = "";      // text of --out; "": the use draws no picture
  std::vector<Output> writes = {};    // keys of its options with files to write
  /// Returns true if the picture for such data is a chart, x.svg.
  bool (*draws_chart)(const DataShape&) = [](const DataShape&) { return false; };
  /// Reason why the use needs images, as a clause in which {} is the word for the run's data: "draws {}, and
  /// those have no halves"; "" if it accepts all data.
  std::string of_images = "";
  /// Returns what else a run lacks, as a clause: "has no codes to interpolate between"; "" if it lacks
  /// nothing.
  Missing missing = [](const Abilities&, const DataShape&) { return std::string(); };
  std::unique_ptr<UseOptions> (*options)() = nullptr;
};

/// Returns a function that gives the reason `why` for data other than images, and calls `missing` for images.
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

/// Returns all uses.
const std::deque<Use>& uses();
/// Adds a use of another program; call it before the list is used. Throws Error if the name is taken.
void add_use(Use use);

/// Returns a table of the models' abilities, for images, or for points if a model learns only points. It has
/// one row per model and one column per use with "yes", the needed setting ("conditional=false"), or "-". The
/// first row and column are names.
std::vector<std::vector<std::string>> use_table();

/// What a use is called with.
struct UseRequest {
  std::vector<std::string> names;       // runs, as typed: "zoo/vae"
  std::vector<std::string> files = {};  // the user's files, for a use that takes them
  int64_t n = 0;                        // 0: the use's own count
  std::optional<uint64_t> seed = {};    // of the random draws; by default the first run's
  std::vector<std::string> settings = {};
  std::FILE* progress = nullptr;  // may be null
  Processes& processes = this_process();
};
/// Opens the runs and checks their number, their abilities and their data. Throws Error with a hint.
UseCall open_call(const Use& use, const UseRequest& request);
/// Returns the result as the JSON that the command prints, without the files.
nlohmann::ordered_json json_of(const Use& use, const UseCall& call, const UseResult& result);

/// Throws Error with a hint if a run lacks an ability that the use needs.
void check_able(const Use& use, const OpenedRun& run);

/// Return one line per known number (name, value, error, unit, meaning), and a line that explains the errors.
std::string number_lines(const Quantities& numbers);
std::string number_legend(const Quantities& numbers);
/// Returns the JSON key of a number: "psnr_gain_db" for ("psnr_gain", "dB").
std::string number_key(const Quantity& number);
/// Adds numbers to JSON; an unknown number is null.
void add_numbers(nlohmann::ordered_json& object, const Quantities& numbers);

}  // namespace gradzoo
