#include "gradzoo/commands/commands.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/program_name.h"
#include "gradzoo/base/text.h"
#include "gradzoo/base/version.h"
#include "gradzoo/commands/command_page.h"
#include "gradzoo/experiments/child.h"
#include "gradzoo/experiments/uses/use.h"

namespace gradzoo {
namespace {

std::vector<Command> own_commands() {
  std::vector<Command> all = {{"train", "train a model into a run directory", train_command},
                              {"report", "make a run's pictures and report.html again", report_command},
                              {"sample", "draw samples from a run", sample_command}};
  for (const Use& use : uses())
    all.push_back(
        {use.name, use.summary, [&use](const Arguments& arguments) { return use_command(use, arguments); }});
  all.push_back({"zoo", "list the trained models that come with the program", zoo_command});
  all.push_back({"data", "check a dataset or convert it: data check, data convert", data_command});
  return all;
}

/// Goes on as the program; returns only by an Error.
int start(const ProgramFile& program, const Arguments& arguments) {
  Arguments words = {program.path.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::fflush(stdout);
  ::execv(program.path.c_str(), exec_arguments(words).data());
  throw Error("{}: {} cannot be started: {}. Hint: build all programs: cmake --build --preset release",
              program.name, program.path.string(), std::generic_category().message(errno));
}

// What the program itself says of it.
std::string summary_of(const ProgramFile& program) {
  const EndedProcess ended = run_child({program.path.string(), "--summary"}, "/", "", {.quiet_seconds = 5});
  return ended.status == 0 ? ended.out.substr(0, ended.out.find('\n')) : "";
}

// Commands and programs whose name begins with `partial`: the name and a line of the help each. A program
// that has no such line is not told.
Candidates all_known(const CommandSet& set, const std::string& partial = "") {
  Candidates known;
  for (const Command& command : set.commands)
    if (command.name.starts_with(partial)) known.push_back({command.name, command.summary});
  for (const ProgramFile& program : set.programs()) {
    if (!program.name.starts_with(partial)) continue;
    if (std::string summary = summary_of(program); !summary.empty())
      known.push_back({program.name, std::move(summary)});
  }
  return known;
}

std::string commands_text(const CommandSet& set) {
  std::string text;
  for (const auto& [name, summary] : all_known(set)) text += fmt::format("  {:<11} {}\n", name, summary);
  return text;
}

// The program's own page; CommandLine makes those of its commands.
CommandPage page_of(const CommandSet& set) {
  return {
      .name = "",
      .summary =
          "Generative models on MNIST, trained with a tape autodiff. Each command has its help page: gradzoo "
          "COMMAND --help, or man gradzoo-COMMAND.",
      .arguments =
          {{.names = {"COMMAND"}, .meaning = "a command below", .positional = true, .required = true},
           {.names = {"--version"}, .meaning = "print the version"},
           {.names = {"-h", "--help"}, .meaning = "print the commands"}},
      .sections = {{"Commands", [&set] { return commands_text(set); }},
                   {"Files",
                    [] {
                      return std::string(
                          "  runs/MODEL-n   output of a training: config.toml, metrics.jsonl, "
                          "checkpoint.safetensors, report.html\n  zoo/MODEL      trained runs that come with "
                          "the program; every RUN argument accepts them\n");
                    }},
                   {"Environment",
                    [] {
                      return std::string(
                          "  OMP_NUM_THREADS       number of threads if --threads is not given\n  "
                          "GRADZOO_TARGET        portable, avx2 or avx512: the widest instructions that "
                          "kernels may use\n  GRADZOO_BLAS_KERNEL   fit, keep or restart: choice of the "
                          "kernels of OpenBLAS\n  GRADZOO_ZOO           folder of the zoo\n");
                    }},
                   {"Exit status",
                    [] {
                      return std::string(
                          "  0 after success; 1 after an error, with one line on stderr; 130 if training was "
                          "stopped\n");
                    }}},
      .examples = {{"gradzoo train vae", "digits within a minute, and runs/vae-1/report.html"},
                   {"gradzoo sample zoo/ddpm --label 7 --out sevens.png", "sevens from a model of the zoo"},
                   {"gradzoo serve", "a live page of the runs in the browser"}}};
}

void print_help(const CommandSet& set) {
  const std::string text = fmt::format(
      "gradzoo {}: generative models on MNIST, trained with a tape autodiff\n\nusage: gradzoo COMMAND "
      "[...]\n\n{}\n  --version  print the version\n  --help     print this help; gradzoo COMMAND --help "
      "prints more\n\n{}",
      kVersion, commands_text(set), examples_text(page_of(set).examples));
  fmt::print("{}", as_called(text));
}

int run_command(const std::string& name, const Arguments& arguments, const CommandSet& set) {
  std::vector<std::string> known;
  for (const Command& command : set.commands) {
    if (command.name == name) return command.run(arguments);
    known.push_back(command.name);
  }
  for (const ProgramFile& program : set.programs()) {
    if (program.name == name) return start(program, arguments);
    known.push_back(program.name);
  }
  throw Error(fmt::format("'{}' is not a command. {}", name, did_you_mean(name, known)));
}

// What may stand in place of the last word: a command, or what the command itself says.
int print_completions(const Arguments& words, const CommandSet& set) {
  if (words.size() > 1) {
    const auto is_meant = [&](const auto& known) { return known.name == words.front(); };
    if (std::ranges::none_of(set.commands, is_meant) && std::ranges::none_of(set.programs(), is_meant))
      return 0;
    Arguments rest = {"--complete"};
    rest.insert(rest.end(), words.begin() + 1, words.end());
    return run_command(words.front(), rest, set);
  }
  const std::string partial = words.empty() ? "" : words.front();
  Candidates candidates = all_known(set, partial);
  candidates.push_back({"--help", "print the commands"});
  candidates.push_back({"--version", "print the version"});
  fmt::print("{}", candidate_lines(candidates, partial));
  return 0;
}

int dispatch(const Arguments& arguments, const CommandSet& set) {
  const std::string name = arguments.empty() ? "help" : arguments.front();
  if (name == "--version") {
    fmt::print("gradzoo {}\n", kVersion);
    return 0;
  }
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(set);
    return 0;
  }
  if (name == "--complete") return print_completions({arguments.begin() + 1, arguments.end()}, set);
  if (name == "--man") {
    fmt::print("{}", manual_page(page_of(set)));
    return 0;
  }
  return run_command(name, {arguments.begin() + 1, arguments.end()}, set);
}

}  // namespace

std::span<const Command> commands() {
  static const std::vector<Command> kCommands = own_commands();
  return kCommands;
}

int run_commands(char** argv, const CommandSet& set, const std::function<void()>& begin) {
  return run_main(
      argv, [&](const Arguments& arguments) { return dispatch(arguments, set); }, begin);
}

}  // namespace gradzoo
