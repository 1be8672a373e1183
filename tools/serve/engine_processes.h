#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace gradzoo {

/// The engines behind open pages. Thread-safe.
class Engines {
 public:
  virtual ~Engines() = default;
  /// Returns the answer of the engine of this name, in JSON. An engine that does not run is started,
  /// unless it was stopped. `bytes` is the content of the file that the request sends. If the engine ended,
  /// the answer has "ended".
  virtual std::string ask(const std::string& name, const std::string& request, const std::string& bytes) = 0;
  /// Returns the latest progress of the current request: {"done": share in [0, 1], "line"}, or {}.
  virtual std::string progress(const std::string& name) = 0;
  /// Ends the engine; its current request and later ones are answered with "stopped".
  virtual void stop(const std::string& name) = 0;
};

/// Engines as processes: `gradzoo serve --engine` answers requests on its standard input, one at a time
/// (answer_lines()). All of them end with this process.
class EngineProcesses final : public Engines {
 public:
  EngineProcesses();
  ~EngineProcesses() override;

  std::string ask(const std::string& name, const std::string& request, const std::string& bytes) override;
  std::string progress(const std::string& name) override;
  void stop(const std::string& name) override;
  /// Ends all engines.
  void end();

 private:
  class Engine;
  std::shared_ptr<Engine> find(const std::string& name);
  std::shared_ptr<Engine> find_or_start(const std::string& name);

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Engine>> engines_;
  std::deque<std::string> stopped_;  // names of engines, the latest last
  int64_t used_ = 0;                 // requests so far: an engine's last one
};

/// Answers the requests on this process's standard input until it ends. A request is a line of JSON, followed
/// by as many bytes as its field "bytes" says (Playground::answer); an answer is a line of JSON, and so is
/// progress.
void answer_lines();

}  // namespace gradzoo
