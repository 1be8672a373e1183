#pragma once

namespace gradzoo {

/// Records SIGINT, SIGTERM and SIGHUP while the object exists; only a second signal ends the process. Signals
/// that the parent process ignores (nohup, background jobs) remain ignored.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool requested() const;
  /// Acts as if this process had received the signal that another process received.
  void request() const;
};

}  // namespace gradzoo
