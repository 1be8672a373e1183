#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradzoo {

/// What a process may use. It gets an empty environment but for PATH, no core file, and a group of its own.
struct ProcessLimits {
  double quiet_seconds = 10;  // without a word on its output; then its whole group is killed
  uint64_t cpu_seconds = 0;   // of its threads together; 0: as many as it takes
  uint64_t memory_bytes = 0;  // of addresses; 0: as many as there are
  int threads = 0;            // of OpenMP and OpenBLAS; 0: as many as usual
  uint64_t stack_bytes = 0;   // 0: as many as usual
  bool spoil_freed = false;   // what is freed is overwritten, so that a pointer to it shows (glibc)
};

struct EndedProcess {
  bool started = true;
  bool killed = false;  // after a silence
  int signal = 0;       // that ended it
  int status = 0;       // else its exit status
  std::string out = {}, err = {};
};

/// Between fork and exec: signals as a program finds them, whatever this process blocks or ignores, and no
/// file open but the standard ones.
void inherit_nothing();

/// Runs words[0], found by PATH, in `folder`, with `input` on its standard input, and waits for its end.
EndedProcess run_child(const std::vector<std::string>& words, const std::string& folder,
                       const std::string& input, const ProcessLimits& limits);

}  // namespace gradzoo
