#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tools/serve/http_message.h"

namespace gradzoo {

struct HttpOptions {
  std::string host = "127.0.0.1";  // an address of this machine
  int64_t port = 0;                // 0: any that is free
  /// For a request, from its connection's begin or the answer before it, to its last byte; then for its
  /// answer to be read. However many bytes come meanwhile, who is slower is closed.
  std::chrono::milliseconds to_arrive{10'000}, to_be_read{60'000};
  /// Fewer where the system lets this process open fewer files. One more, and the longest of those closes for
  /// whose request or reading the server waits.
  size_t most_connections = 2000;
};

/// The most bytes of a request line with its headers, and of a body.
inline constexpr uint32_t kMostHeadBytes = 16384, kMostBodyBytes = 16384;

/// A server of HTTP/1.1. One thread does all reading and writing, so that a client that is slow costs some
/// kB; others answer. What is no request, or too long, is answered by a refusal, and its connection closed.
/// A body is taken as it comes: nothing is unpacked.
class HttpServer {
 public:
  /// Takes the port, and lets this process open as many files as the system does. `handler` outlives this.
  /// Throws Error where the port is taken.
  HttpServer(const HttpOptions& options, const HttpHandler& handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;
  /// Answers until a thread calls stop(), then or before.
  void listen();
  void stop();

 private:
  struct Parts;
  struct Question;
  class Connection;
  std::unique_ptr<Parts> parts_;
};

/// The first answer to a client that sends these bytes and no more; "" where they are the begin of a request.
std::string answer_to_bytes(std::string_view bytes, const HttpHandler& handler);

}  // namespace gradzoo
