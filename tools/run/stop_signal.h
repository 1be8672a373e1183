#pragma once

namespace gradzoo {

/// While alive, SIGINT and SIGTERM are remembered instead of ending the process; a second one ends it.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool requested() const;
};

}  // namespace gradzoo
