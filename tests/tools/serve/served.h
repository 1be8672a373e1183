#pragma once

#include <chrono>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "experiments/small_runs.h"

/// A live page, and those who ask it.
namespace gradzoo::test {

/// A connection to a port of this machine. Nothing waits for more than 20 seconds.
class Connection {
 public:
  explicit Connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval longest{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool connected() const { return connected_; }
  /// Whether all could be sent.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }
  /// Until the other side closes.
  std::string receive() const {
    std::string all;
    char buffer[65536];
    for (ssize_t n = 0; (n = ::recv(socket_, buffer, sizeof buffer, 0)) > 0;)
      all.append(buffer, static_cast<size_t>(n));
    return all;
  }

 private:
  int socket_;
  bool connected_ = false;
};

/// Whether it holds within 20 seconds.
template <class Holds>
bool eventually(Holds&& holds) {
  for (int i = 0; i < 2000 && !holds(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return holds();
}

inline const std::string kPosted = "Content-Type: application/octet-stream\r\n";

struct Reply {
  int status = 0;  // 0: none came
  std::string head, body;
  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
};

inline Reply reply_of(const std::string& bytes) {
  Reply reply;
  const size_t end = bytes.find("\r\n\r\n");
  if (!bytes.starts_with("HTTP/1.1 ") || end == std::string::npos) return reply;
  reply.status = std::stoi(bytes.substr(9, 3));
  reply.head = bytes.substr(0, end);
  reply.body = bytes.substr(end + 4);
  return reply;
}

/// `gradzoo serve`, at a port of its own.
class Served {
 public:
  /// It may open `files` files; 0: as many as usual. `name` is what its address is printed with.
  explicit Served(const std::string& folder, const std::string& below = ".", int files = 0,
                  const std::string& name = "127.0.0.1")
      : name_(name),
        process_({"/bin/sh", "-c",
                  (files > 0 ? fmt::format("ulimit -n {}; ", files) : "") + "TMPDIR=$PWD exec \"$@\"", "sh",
                  command(), "serve", below, "--port", "0", "--host", name},
                 folder) {
    const std::string begin = "http://" + name + ":";
    for (int i = 0; i < 3000 && process_.running(); ++i) {
      const std::string out = process_.out();
      if (out.starts_with(begin) && out.find("/\n") != std::string::npos) {
        port_ = std::stoi(out.substr(begin.size()));
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL("gradzoo serve says no address: ", process_.err());
  }

  int port() const { return port_; }
  std::string host() const { return fmt::format("{}:{}", name_, port_); }
  Process& process() { return process_; }

  /// What comes back of these bytes.
  Reply raw(const std::string& bytes) const {
    const Connection connection(port_);
    connection.send(bytes);
    return reply_of(connection.receive());
  }
  Reply get(const std::string& path, const std::string& headers = "") const {
    return raw(
        fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}\r\n", path, host(), headers));
  }
  Reply post(const std::string& path, const std::string& body, const std::string& headers = kPosted) const {
    return raw(
        fmt::format("POST {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n{}",
                    path, host(), headers, body.size(), body));
  }

 private:
  std::string name_;
  Process process_;
  int port_ = 0;
};

/// A run's files as a training leaves them, without one: `rows` of metrics, a picture an epoch.
inline void write_run(const std::string& folder, int rows) {
  std::filesystem::create_directories(folder + "/samples");
  write_file(folder + "/config.toml", "model = \"vae\"\nversion = \"0.2.0\"\nlatent = 8\nlr = 0.001\n");
  std::string metrics;
  for (int i = 1; i <= rows; ++i)
    metrics += fmt::format("{{\"step\": {}, \"epoch\": {}, \"seconds\": {}, \"loss_nats_per_image\": {}}}\n",
                           10 * i, .1 * i, .5 * i, 100. / i);
  write_file(folder + "/metrics.jsonl", metrics);
  write_file(folder + "/report.html", "<!DOCTYPE html><title>of " + folder + "</title>");
  write_file(folder + "/samples/epoch-0001.png", "\x89PNG one");
  write_file(folder + "/samples/epoch-0002.png", "\x89PNG two");
}

}  // namespace gradzoo::test
