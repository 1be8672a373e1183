#include "gradzoo/commands/program.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <map>
#include <regex>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/folders.h"
#include "gradzoo/base/program_name.h"
#include "gradzoo/base/text.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

// Where many processes work, the first says it for all.
int complain(std::string message) {
  message = as_called(message);
  std::ranges::replace(message, '\n', ' ');
  message = all_processes().fail(message);
  if (message.empty()) return 1;
  std::fflush(stdout);
  std::fputs(fmt::format("{}: {}\n", program_name(), printable(message)).c_str(), stderr);
  return 1;
}

// What follows the program's name.
Arguments arguments_of(char** argv) {
  Arguments arguments;
  for (char** word = argv; *word != nullptr; ++word)
    if (word != argv) arguments.emplace_back(*word);
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

// The one that started this process together with others; nullptr without one.
const Launcher* launcher() {
  const auto found =
      std::ranges::find_if(kLaunchers, [](const Launcher& some) { return number_of(some.count) > 1; });
  return found == std::end(kLaunchers) ? nullptr : found;
}

}  // namespace

bool started_together() { return launcher() != nullptr; }

void check_alone() {
  const Launcher* const by = launcher();
  if (by == nullptr) return;      // else each process would do all of the work, into the same folder
  if (number_of(by->rank) > 0) {  // the first one prints the error, before its end ends all
    ::sleep(1);
    std::_Exit(1);
  }
  throw Error("{} processes were started, but this program runs in one. Hint: {}", number_of(by->count),
              program_name() == "gradzoo"
                  ? "start gradzoo-mpi, which shares the work among them; cmake -D GRADZOO_MPI=ON builds it"
                  : "link it with gradzoo::mpi, which shares the work among them");
}

int run_main(char** argv, const std::function<int(const Arguments&)>& work,
             const std::function<void()>& begin) {
  open_closed_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // write() then says that the file grew too large
  try {
    restart_for_blas_kernel(argv);
    begin();
    const int status = work(arguments_of(argv));
    all_processes().finish();
    // A full disk or a closed pipe shows here, or was noted by an earlier flush.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      return complain("cannot write to standard output. Hint: free some disk space, or keep the pipe open");
    return status;
  } catch (const std::bad_alloc&) {
    return complain("out of memory. Hint: take a smaller batch or fewer samples");
  } catch (const fs::filesystem_error& error) {
    return complain(
        fmt::format("{}: {}. Hint: check the path", error.path1().string(), error.code().message()));
  } catch (const nlohmann::json::exception&) {
    return complain("a name in the output is not UTF-8, which JSON requires. Hint: rename the file");
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) == 0) return complain(error.what());
    return complain(
        fmt::format("cannot write to standard output: {}. Hint: free some space, or keep the pipe open",
                    error.code().message()));
  } catch (const std::exception& error) {
    return complain(error.what());
  }
}

bool told_summary(char** argv, const std::string& summary) {
  if (arguments_of(argv) != Arguments{"--summary"}) return false;
  fmt::print("{}\n", summary);
  return true;
}

int run_program(char** argv, const Command& command) {
  if (told_summary(argv, command.summary)) return 0;
  return run_main(argv, command.run);
}

std::vector<ProgramFile> program_files() {
  static const std::regex kFile("gradzoo-([a-z0-9-]+)");
  const fs::path folder = program_path().parent_path();
  std::map<std::string, fs::path> found;
  for (const fs::path& place : {folder, folder / "../libexec/gradzoo"}) {
    std::error_code failure;
    for (const fs::directory_entry& entry : fs::directory_iterator(place, failure)) {
      const std::string file = entry.path().filename().string();
      std::smatch name;
      if (std::regex_match(file, name, kFile) && entry.is_regular_file(failure) &&
          ::access(entry.path().c_str(), X_OK) == 0)
        found.emplace(name[1], entry.path());  // the first place wins
    }
  }
  std::vector<ProgramFile> programs;
  programs.reserve(found.size());
  for (const auto& [name, path] : found) programs.push_back({name, path});
  return programs;
}

ProgramFile find_program(const std::string& name) {
  for (const ProgramFile& program : program_files())
    if (program.name == name) return program;
  throw Error("the program gradzoo-{} is missing. Hint: build all programs: cmake --build --preset release",
              name);
}

}  // namespace gradzoo
