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
  int64_t port = 0;                // 0: any free port
  /// Limits of time: for a request, from the connection's start or the previous answer to the request's last
  /// byte; and for the client to read the answer. A slower client is disconnected.
  std::chrono::milliseconds to_arrive{10'000}, to_be_read{60'000};
  /// Largest number of connections; smaller if the system allows this process fewer open files. One more
  /// connection closes the one for whose request or reading the server has waited longest.
  size_t most_connections = 2000;
  size_t threads_for_long = 16;  // answers that take long and are computed at the same time
};

/// The largest sizes of a request line with its headers, and of a body, in bytes. A request whose answer
/// takes long may send a file.
inline constexpr uint32_t kMostHeadBytes = 16384, kMostBodyBytes = 16384, kMostFileBytes = 66 << 20;

/// A server of HTTP/1.1. One thread does all reading and writing, so that a slow client costs only a few kB;
/// other threads answer. Bytes that are not a request, or are too long, are refused, and their connection is
/// closed. A body is not decompressed.
class HttpServer {
 public:
  /// Opens the port, and raises this process's limit of open files to the system's maximum. `handler`
  /// outlives this. Throws Error if the port is in use.
  HttpServer(const HttpOptions& options, const HttpHandler& handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;
  /// Answers requests until a thread calls stop(), even if stop() was called before.
  void listen();
  void stop();

 private:
  struct Parts;
  struct Question;
  class Connection;
  std::unique_ptr<Parts> parts_;
};

/// Returns the first answer to a client that sends only these bytes; "" if they are an incomplete request.
std::string answer_to_bytes(std::string_view bytes, const HttpHandler& handler);

}  // namespace gradzoo
