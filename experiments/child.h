#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace gradzoo {

/// What a process may use. It leaves no core file.
struct ProcessLimits {
  double quiet_seconds = 10;  // without a word on its standard output, and without work; then it is killed
  double busy_seconds = 0;    // of a processor while it is quiet, if more than that
  double seconds = 0;         // in all; then it is killed; 0: as many as it takes
  uint64_t cpu_seconds = 0;   // of its threads together; 0: as many as it takes
  uint64_t memory_bytes = 0;  // of addresses; 0: as many as there are
  int threads = 0;            // of OpenMP and OpenBLAS; 0: as many as usual
  uint64_t stack_bytes = 0;   // 0: as many as usual
  uint64_t file_bytes = 0;    // of a file that it writes; 0: as many as there is room for
  bool spoil_freed = false;   // what is freed is overwritten, so that a pointer to it shows (glibc)
  bool same_environment = false;  // as this process; false: PATH and TMPDIR alone
};

struct EndedProcess {
  bool started = true;
  bool killed = false;   // after a silence, or all its time
  bool late = false;     // it was all its time
  bool flooded = false;  // killed for its output: 64 MB of it are kept
  bool busy = false;     // it worked meanwhile
  int signal = 0;        // that ended it
  int status = 0;        // else its exit status
  std::string out = {}, err = {};
};

/// The words as exec() takes them, as long as they live.
std::vector<char*> exec_arguments(std::vector<std::string>& words);

/// Starts words[0], found by PATH, in `folder`, its input, output and errors being `streams`, with no other
/// file open and signals as a program finds them. It has a group of its own, and is killed where the thread
/// that started it ends. Throws Error where no process can be started.
pid_t start_child(std::vector<std::string> words, const std::string& folder,
                  const std::array<int, 3>& streams, const ProcessLimits& limits);

/// Starts it with `input` on its standard input, and waits for its end. Whatever it started itself ends with
/// it, and all of it ends with this process, however that ends; in other groups and sessions too where the
/// system is Linux. `heard` is given all that it has written whenever that has grown, and says whether it
/// ends the silence; without it every byte does.
EndedProcess run_child(const std::vector<std::string>& words, const std::string& folder,
                       const std::string& input, const ProcessLimits& limits,
                       const std::function<bool(const std::string& out)>& heard = {});

}  // namespace gradzoo
