#pragma once

namespace gradzoo {

/// While alive, SIGINT, SIGTERM and SIGHUP are remembered instead of ending the process; a second one ends
/// it. What the parent ignores (nohup, a shell's background) stays ignored.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool requested() const;
  /// As a signal would: where another process got one.
  void request() const;
};

}  // namespace gradzoo
