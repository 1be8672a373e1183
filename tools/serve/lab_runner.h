#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>

#include <nlohmann/json_fwd.hpp>
#include <sys/types.h>

namespace gradzoo {

/// A lab to be run: its name, its knobs by name, and the seed.
struct LabRequest {
  std::string lab;
  std::map<std::string, std::string> knobs;
  int64_t seed = 0;
};

/// Runs labs as processes of their own, one at a time, each `gradzoo lab NAME` into a new folder
/// lab-NAME-<n>. May be called by many threads.
class LabRunner {
 public:
  /// `folder`: where the labs' folders are made.
  explicit LabRunner(std::string folder) : folder_(std::move(folder)) {}
  /// Ends the one that runs.
  ~LabRunner();
  LabRunner(const LabRunner&) = delete;
  LabRunner& operator=(const LabRunner&) = delete;

  /// Returns its number. Throws Error, and starts nothing, where there is no such lab, a knob is none of its
  /// own or out of range, another one runs, or no process can be started.
  int64_t start(const LabRequest& request);
  /// Ends it where it runs. Throws Error where there is none of that number.
  void stop(int64_t number);
  /// Ends the one that runs.
  void end();
  /// [{"number", "lab", "knobs", "seed", "state": "runs", "done", "stopped" or "failed", "progress",
  /// "report"}] of those started, the last 20, newest first. `progress`: what it printed last.
  nlohmann::json started();
  /// The page that a lab which is done has written. Throws Error where there is none.
  std::string report(int64_t number);

 private:
  struct Started {
    int64_t number = 0;
    LabRequest request = {};
    std::string folder = {}, state = {}, progress = {};
    pid_t process = -1;
    int output = -1;  // a file in memory
  };
  void look(Started& lab);  // has it printed, has it ended?
  void kill(Started& lab);  // with what it has written
  Started& find(int64_t number);

  std::string folder_;
  std::mutex mutex_;
  std::deque<Started> labs_;
  int64_t next_ = 1;
};

}  // namespace gradzoo
