#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace gradzoo {

struct ServeOptions {
  std::string folder = "runs";
  std::string host = "127.0.0.1";  // an address of this machine
  int64_t port = 6006;             // 0: any free port
};

/// The server of a live page for a folder of runs, over HTTP: runs with their curves and samples, functions
/// to explain, and labs to run. It reads files, and writes only the folders of labs.
///
/// It answers only requests whose Host header is an address, localhost or the given name, so that no other
/// site can redirect its name to this server. Only its own page may request computations. If other machines
/// can reach the server, it shows only runs: no functions and no labs.
class PageServer {
 public:
  /// Opens the port. Throws Error if the folder does not exist, or if the port is in use.
  explicit PageServer(const ServeOptions& options);
  ~PageServer();
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

  /// Returns "http://127.0.0.1:6006/".
  std::string address() const;
  /// Answers requests until the process ends or a thread calls stop().
  void listen();
  /// Ends the running lab, and listen().
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gradzoo
