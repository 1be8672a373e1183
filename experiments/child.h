#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace gradzoo {

/// The limits of a child process. The process writes no core file.
struct ProcessLimits {
  double quiet_seconds = 10;      // allowed silence on standard output; a longer silence ends the process
  double busy_seconds = 0;        // CPU time that a process may use in a longer silence
  double seconds = 0;             // wall-clock time until the process is killed; 0: no limit
  uint64_t cpu_seconds = 0;       // CPU seconds of all threads together; 0: no limit
  uint64_t memory_bytes = 0;      // size of the address space; 0: no limit
  int threads = 0;                // number of OpenMP and OpenBLAS threads; 0: their default
  uint64_t stack_bytes = 0;       // size of the stack; 0: the default
  uint64_t file_bytes = 0;        // largest size of a file that the process writes; 0: no limit
  bool spoil_freed = false;       // freed memory is overwritten, which exposes dangling pointers (glibc)
  bool same_environment = false;  // as this process; false: only PATH and TMPDIR
};

/// The result of a child process.
struct EndedProcess {
  bool started = true;
  bool killed = false;   // because it was silent, or its time was over
  bool late = false;     // killed because its time was over
  bool flooded = false;  // killed because of too much output; the first 64 MB are kept
  bool busy = false;     // it computed while it was silent
  int signal = 0;        // signal that ended the process; 0: none
  int status = 0;        // exit status, if no signal ended the process
  std::string out = {}, err = {};
};

/// Returns the null-terminated argument array for exec(). It is valid as long as `words`.
std::vector<char*> exec_arguments(std::vector<std::string>& words);

/// Starts words[0], which is searched in PATH, in the folder `folder`. `streams` are its standard input,
/// output and error; no other file is open, and signals have their defaults. The process has its own process
/// group, and is killed when the thread that started it ends. Throws Error if no process can be started.
pid_t start_child(std::vector<std::string> words, const std::string& folder,
                  const std::array<int, 3>& streams, const ProcessLimits& limits);

/// Runs a process with `input` on its standard input, and returns when it has ended. Its descendants end with
/// it, and all of them end with this process, however that ends; on Linux this includes descendants in other
/// groups and sessions. `heard` gets the whole output whenever the output has grown, and returns true if
/// that ends the silence; without `heard` every byte ends it.
EndedProcess run_child(const std::vector<std::string>& words, const std::string& folder,
                       const std::string& input, const ProcessLimits& limits,
                       const std::function<bool(const std::string& out)>& heard = {});

}  // namespace gradzoo
