#include "tools/command/commands.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <unistd.h>

#include "base/error.h"
#include "base/folders.h"
#include "tools/uses/use.h"

namespace gradzoo {
namespace {

/// Goes on as gradzoo-study, which has this command; returns only by an Error.
int run_study(const std::string& name, const Arguments& arguments) {
  const std::filesystem::path program = program_path().parent_path() / "gradzoo-study";
  std::vector<std::string> words = {"gradzoo", name};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  throw Error(
      "{}: it belongs to the program {}, which cannot be started: {}. Hint: build all, cmake --build "
      "--preset release",
      name, program.string(), std::generic_category().message(errno));
}

Command study(const std::string& name, const std::string& summary) {
  return {name, summary, [name](const Arguments& arguments) { return run_study(name, arguments); }, true};
}

std::vector<Command> all_commands() {
  std::vector<Command> all = {
      study("list", "models and what can be done with each, data, samplers, labs; ops"),
      {"train", "train a model into a run directory", train_command},
      {"report", "make a run's pictures and report.html anew", report_command},
      {"sample", "draw samples from a run", sample_command},
  };
  for (const Use& use : uses())
    all.push_back(
        {use.name, use.summary, [&use](const Arguments& arguments) { return use_command(use, arguments); }});
  all.insert(all.end(),
             {study("lab", "run a small experiment that shows one idea"),
              study("verify", "hold what theory and papers say against this machine"),
              study("gradcheck", "check every derivative of ops"),
              study("serve", "a live page in the browser: runs as they train, functions to explain, labs"),
              {"zoo", "trained models that come with the program", zoo_command},
              {"data", "look a dataset over, or convert it: data check, data convert", data_command},
              study("explain", "step through a small computation and its gradients"),
              study("course", "build such a tape yourself, in six steps, graded by derivatives"),
              study("bench", "time training steps on this machine"),
              study("doctor", "look the machine over: what slows training down here")});
  return all;
}

}  // namespace

std::span<const Command> commands() {
  static const std::vector<Command> kCommands = all_commands();
  return kCommands;
}

}  // namespace gradzoo
