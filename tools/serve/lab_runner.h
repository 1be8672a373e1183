#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>

#include <nlohmann/json_fwd.hpp>
#include <sys/types.h>

namespace gradzoo {

/// A lab to run: its name, the values of its knobs by name, and the seed.
struct LabRequest {
  std::string lab;
  std::map<std::string, std::string> knobs;
  int64_t seed = 0;
};

/// Runs labs one at a time, each as a process `gradzoo lab NAME` in a new folder lab-NAME-<n>. Thread-safe.
class LabRunner {
 public:
  /// `folder` is the parent of the labs' folders.
  explicit LabRunner(std::string folder) : folder_(std::move(folder)) {}
  /// Ends the running lab.
  ~LabRunner();
  LabRunner(const LabRunner&) = delete;
  LabRunner& operator=(const LabRunner&) = delete;

  /// Starts a lab and returns its number. Throws Error, and starts nothing, if the lab does not exist, a knob
  /// is unknown or out of range, another lab runs, or no process can be started.
  int64_t start(const LabRequest& request);
  /// Ends the lab if it runs. Throws Error if no lab has this number.
  void stop(int64_t number);
  /// Ends the running lab.
  void end();
  /// Returns the last 20 labs, the newest first: [{"number", "lab", "knobs", "seed", "state": "runs", "done",
  /// "stopped" or "failed", "progress": its last printed line, "report"}].
  nlohmann::json started();
  /// Returns the page of a finished lab. Throws Error if there is none.
  std::string report(int64_t number);

 private:
  struct Started {
    int64_t number = 0;
    LabRequest request = {};
    std::string folder = {}, state = {}, progress = {};
    pid_t process = -1;
    int output = -1;  // descriptor of a file in memory
  };
  void look(Started& lab);  // updates its progress and state
  void kill(Started& lab);  // and removes its folder
  Started& find(int64_t number);

  std::string folder_;
  std::mutex mutex_;
  std::deque<Started> labs_;
  int64_t next_ = 1;
};

}  // namespace gradzoo
