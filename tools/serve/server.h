#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace gradzoo {

struct ServeOptions {
  std::string folder = "runs";
  std::string host = "127.0.0.1";  // an address of this machine
  int64_t port = 6006;             // 0: any that is free
};

/// The live page of a folder of runs, over HTTP: its runs, their curves and samples, functions to explain,
/// labs to run. It reads, and writes nothing but the folders of labs.
///
/// It answers a request only under the name of an address or of localhost, so that no other site's name can
/// be turned to it, and only its own page may ask it to compute. Where it is reached from elsewhere than this
/// machine, it shows runs alone: no functions, no labs.
class PageServer {
 public:
  /// Takes the port. Throws Error where there is no such folder, or the port is taken.
  explicit PageServer(const ServeOptions& options);
  ~PageServer();
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

  /// "http://127.0.0.1:6006/"
  std::string address() const;
  /// Answers until the process ends or a thread calls stop().
  void listen();
  /// Ends the lab that runs, and listen().
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gradzoo
