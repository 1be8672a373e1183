#include <cstdio>

#include <fmt/format.h>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/program.h"
#include "gradzoo/commands/shared_options.h"
#include "gradzoo/commands/values.h"
#include "gradzoo/experiments/labs/lab.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/run_directory.h"

namespace gradzoo {
namespace {

void list_labs() {
  std::vector<std::vector<std::string>> rows;
  for (const LabEntry& entry : labs()) rows.push_back({std::to_string(entry.level), entry.name, entry.idea});
  fmt::print(
      "{}\nThe easiest labs are first. gradzoo lab NAME runs one in a minute or two; gradzoo lab NAME "
      "--knobs lists its options for --set\n",
      text_columns(rows));
}

Candidates labs_known() {
  Candidates candidates;
  for (const LabEntry& entry : labs()) candidates.push_back({entry.name, entry.idea});
  return candidates;
}

// For a shell: of the lab whose name was typed.
Candidates knobs_known(const std::string& name, const std::string& partial) {
  for (const LabEntry& entry : labs()) {
    if (entry.name != name) continue;
    const std::unique_ptr<Lab> lab = entry.make();
    OptionTable table;
    lab->describe(table);
    return settings_of(table.all(), partial);
  }
  return {};
}

void list_knobs(const LabEntry& entry) {
  const std::unique_ptr<Lab> lab = entry.make();
  OptionTable table;
  lab->describe(table);
  std::vector<std::vector<std::string>> rows;
  for (const Option& knob : table.all()) rows.push_back({knob.key, knob.text(), knob.meaning});
  fmt::print("{}\ngradzoo lab {} --set {}={} sets one\n", text_columns(rows), entry.name,
             table.all().front().key, table.all().front().text());
}

RanLab run_lab(const LabEntry& entry, uint64_t seed, const std::vector<std::string>& knobs) {
  LiveLine line(stderr);
  const double begun = steady_seconds();
  const auto tell = [&](const std::string& text) {
    if (line.is_live())
      line.show(text);
    else
      line.line(text);
  };
  LabResult result = entry.run({.seed = seed, .progress = tell}, knobs);
  return {entry, std::move(result), seed, steady_seconds() - begun, knobs};
}

int run(const Arguments& arguments) {
  std::string name, out;
  int64_t seed = 0, threads = 0;
  bool json = false, knobs_only = false;
  std::vector<std::string> knobs;
  CommandLine line("lab", "Runs a small experiment that shows one idea, and writes a folder with its page.",
                   {{"gradzoo lab", "lists the labs, the easiest first"},
                    {"gradzoo lab noise-levels", "runs one in a minute or two"},
                    {"gradzoo lab noise-levels --knobs", "lists its options for --set"}});
  line.positional("NAME", name, "name of a lab (default: list the labs)", false);
  line.completes("NAME", [](const std::string&) { return labs_known(); });
  line.option("--out", "DIR", out, "new or empty folder (default: the next free runs/lab-NAME-<n>)");
  line.writes("--out", "a folder", {""});
  line.options("--set", "KEY=VALUE", knobs, "value of one of the lab's knobs; may be given several times");
  line.completes("--set", [&](const std::string& partial) { return knobs_known(name, partial); });
  line.flag("--knobs", knobs_only, "list the lab's knobs, and run nothing");
  add_seed(line, seed, "seed of all random numbers (default: 0)");
  line.option("--threads", "T", threads, "number of threads (default: all cores)", 1, kMaxThreads);
  line.flag("--json", json, "print one JSON object, the content of lab.json");
  if (!line.read(arguments)) return 0;
  if (name.empty()) {
    if (json || knobs_only || !out.empty() || !knobs.empty())
      throw Error("lab: no name is given. Hint: gradzoo lab lists the names");
    list_labs();
    return 0;
  }
  const LabEntry& entry = find_lab(name);
  if (knobs_only) {
    list_knobs(entry);
    return 0;
  }
  set_flush_denormals(true);
  use_threads(threads);
  NewRunDirectory folder(out, "lab-" + entry.name);
  const RanLab ran = run_lab(entry, static_cast<uint64_t>(seed), knobs);
  const std::string& path = folder.directory().path();
  write_lab(path, ran);
  folder.keep();
  if (json)
    fmt::print("{}\n", lab_json(ran));
  else
    fmt::print("{}\n{}\n", lab_text(ran), printable(path + "/report.html"));
  return 0;
}

}  // namespace
}  // namespace gradzoo

int main(int, char** argv) {
  return gradzoo::run_program(argv, {"lab", "run a small experiment that shows one idea", gradzoo::run});
}
