#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <unistd.h>

#include "autograd/kernels/gemm/blas_kernel.h"
#include "base/error.h"
#include "base/text.h"
#include "base/version.h"
#include "nn/parallel/processes.h"
#include "tools/command/commands.h"
#include "tools/command/completion.h"

namespace gradzoo {
namespace {

std::string commands_text(std::span<const Command> commands) {
  std::string text;
  for (const Command& command : commands) text += fmt::format("  {:<11} {}\n", command.name, command.summary);
  return text;
}

// The program's own page; CommandLine makes those of its commands.
CommandPage page_of(std::span<const Command> commands) {
  return {
      .name = "",
      .summary =
          "Generative models on MNIST, trained with a tape autodiff. What follows the name of a command is "
          "on a page of its own: gradzoo COMMAND --help, or man gradzoo-COMMAND.",
      .arguments = {{.names = {"COMMAND"}, .meaning = "see below", .positional = true, .required = true},
                    {.names = {"--version"}, .meaning = "print the version"},
                    {.names = {"-h", "--help"}, .meaning = "print the commands"}},
      .sections = {{"Commands", [commands] { return commands_text(commands); }},
                   {"Files",
                    [] {
                      return std::string(
                          "  runs/MODEL-n   what training writes: config.toml, metrics.jsonl, "
                          "checkpoint.safetensors, report.html\n  zoo/MODEL      runs that come "
                          "trained, wherever a run is asked for\n");
                    }},
                   {"Environment",
                    [] {
                      return std::string(
                          "  OMP_NUM_THREADS       threads, where --threads is not given\n"
                          "  GRADZOO_TARGET        portable, avx2 or avx512: at most these instructions\n"
                          "  GRADZOO_BLAS_KERNEL   fit, keep or restart: whose kernels OpenBLAS runs\n"
                          "  GRADZOO_ZOO           the folder of the zoo\n");
                    }},
                   {"Exit status",
                    [] {
                      return std::string(
                          "  0 where all went well; 1 with one line on standard error where not; 130 where "
                          "training was stopped\n");
                    }}},
      .examples = {
          {"gradzoo train vae", "digits within a minute, and runs/vae-1/report.html"},
          {"gradzoo sample zoo/ddpm --label 7 --out sevens.png", "sevens by a model that comes trained"},
          {"gradzoo serve", "the same in the browser, live"}}};
}

void print_help(std::span<const Command> commands) {
  fmt::print("gradzoo {}: generative models on MNIST, trained with a tape autodiff\n\n", kVersion);
  fmt::print("usage: gradzoo COMMAND [...]\n\n{}", commands_text(commands));
  fmt::print("\n  --version  print the version\n  --help     print this; gradzoo COMMAND --help says more\n");
  fmt::print("\n{}", examples_text(page_of(commands).examples));
}

// What may stand in place of the last word: a command, or what the command itself says.
int print_completions(const Arguments& words, std::span<const Command> commands) {
  if (words.size() > 1) {
    const auto command = std::ranges::find(commands, words.front(), &Command::name);
    if (command == commands.end()) return 0;
    Arguments rest = {"--complete"};
    rest.insert(rest.end(), words.begin() + 1, words.end());
    return command->run(rest);
  }
  Candidates candidates;
  for (const Command& command : commands) candidates.push_back({command.name, command.summary});
  candidates.push_back({"--help", "print the commands"});
  candidates.push_back({"--version", "print the version"});
  fmt::print("{}", candidate_lines(candidates, words.empty() ? "" : words.front()));
  return 0;
}

const Command& find_command(const std::string& name, std::span<const Command> commands) {
  std::vector<std::string> known;
  for (const Command& command : commands) {
    if (command.name == name) return command;
    known.push_back(command.name);
  }
  throw Error(fmt::format("'{}' is not a command. {}", name, did_you_mean(name, known)));
}

int dispatch(const Arguments& arguments, std::span<const Command> commands) {
  const std::string name = arguments.empty() ? "help" : arguments.front();
  if (name == "--version") {
    fmt::print("gradzoo {}\n", kVersion);
    return 0;
  }
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(commands);
    return 0;
  }
  if (name == "--complete") return print_completions({arguments.begin() + 1, arguments.end()}, commands);
  if (name == "--man") {
    fmt::print("{}", manual_page(page_of(commands)));
    return 0;
  }
  return find_command(name, commands).run({arguments.begin() + 1, arguments.end()});
}

// Where many processes work, the first says it for all.
int complain(std::string message) {
  std::ranges::replace(message, '\n', ' ');
  message = all_processes().fail(message);
  if (message.empty()) return 1;
  std::fflush(stdout);
  std::fputs(fmt::format("gradzoo: {}\n", printable(message)).c_str(), stderr);
  return 1;
}

// What follows the program's name.
Arguments arguments_of(char** argv) {
  Arguments arguments;
  for (char** word = argv; *word != nullptr; ++word) {
    if (word != argv) arguments.emplace_back(*word);
  }
  return arguments;
}

// A stream that the caller closed would lend its number to the next file that is opened, and what is printed
// would go into that file.
void open_closed_streams() {
  for (const int descriptor : {0, 1, 2}) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    const char* const path = descriptor == 1 ? "/dev/full" : "/dev/null";
    if (::open(path, descriptor == 0 ? O_RDONLY : O_WRONLY) < 0) ::open("/dev/null", O_RDWR);
  }
}

/// How those who start many processes tell each of it: how many, and which it is.
struct Launcher {
  const char *count, *rank;
};
constexpr Launcher kLaunchers[] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                   {"PMI_SIZE", "PMI_RANK"},
                                   {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID"}};

int64_t number_of(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? 0 : std::atoll(text);
}

// Each would do all of the work, into the same folder.
void check_alone() {
  for (const Launcher& launcher : kLaunchers) {
    if (number_of(launcher.count) <= 1) continue;
    if (number_of(launcher.rank) > 0) {  // the first says it, before its end ends all
      ::sleep(1);
      std::_Exit(1);
    }
    throw Error(
        "{} processes were started, and this program works in one. Hint: gradzoo-mpi shares the work among "
        "them; cmake -D GRADZOO_MPI=ON builds it",
        number_of(launcher.count));
  }
}

}  // namespace

int run_command(char** argv, std::span<const Command> commands) {
  return run_command(argv, commands, check_alone);
}

int run_command(char** argv, std::span<const Command> commands, const std::function<void()>& begin) {
  open_closed_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // write() then says that the file grew too large
  try {
    kernels::restart_for_blas_kernel(argv);
    begin();
    const int status = dispatch(arguments_of(argv), commands);
    all_processes().finish();
    // A full disk or a closed pipe shows here, or was noted by an earlier flush.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      return complain("cannot write to standard output. Hint: is the disk full, or the pipe closed?");
    }
    return status;
  } catch (const std::bad_alloc&) {
    return complain("out of memory. Hint: a smaller batch or fewer samples");
  } catch (const std::filesystem::filesystem_error& error) {
    return complain(
        fmt::format("{}: {}. Hint: check the path", error.path1().string(), error.code().message()));
  } catch (const nlohmann::json::exception&) {
    return complain("a name in what is printed is not UTF-8, as JSON must be. Hint: rename it");
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) == 0) return complain(error.what());
    return complain(
        fmt::format("cannot write to standard output: {}. Hint: free some space, or keep the pipe open",
                    error.code().message()));
  } catch (const std::exception& error) {
    return complain(error.what());
  }
}

}  // namespace gradzoo
