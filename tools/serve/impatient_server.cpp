#include "tools/serve/impatient_server.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gradzoo {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kSilence{3}, kToArrive{10}, kToBeRead{60};

// A connection. Each request begins its time anew, and so does the first byte of its answer.
class Connection : public httplib::Stream {
 public:
  explicit Connection(socket_t socket) : socket_(socket) {}
  ~Connection() override {
    ::shutdown(socket_, SHUT_RDWR);
    ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Whether another request comes.
  bool begin_request() {
    deadline_ = Clock::now() + kToArrive;
    answering_ = false;
    return is_readable();
  }

  bool is_readable() const override { return !pending_.empty() || wait_for(POLLIN); }
  bool is_writable() const override { return wait_for(POLLOUT); }

  ssize_t read(char* to, size_t size) override {
    if (pending_.empty()) {
      if (!wait_for(POLLIN)) return -1;
      const ssize_t n = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
      if (n <= 0) return n;
      pending_ = {buffer_.data(), static_cast<size_t>(n)};
    }
    const size_t n = std::min(size, pending_.size());
    std::memcpy(to, pending_.data(), n);
    pending_.remove_prefix(n);
    return static_cast<ssize_t>(n);
  }

  ssize_t write(const char* from, size_t size) override {
    if (!answering_) deadline_ = Clock::now() + kToBeRead;
    answering_ = true;
    return wait_for(POLLOUT) ? ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT) : -1;
  }

  void get_remote_ip_and_port(std::string&, int&) const override {}  // nobody asks
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  bool wait_for(short what) const {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - Clock::now());
    const milliseconds longest = std::clamp<milliseconds>(left, milliseconds(0), kSilence);
    pollfd waited{socket_, what, 0};
    int found = 0;
    do found = ::poll(&waited, 1, static_cast<int>(longest.count()));
    while (found < 0 && errno == EINTR);
    return left.count() > 0 && found > 0;
  }

  socket_t socket_;
  Clock::time_point deadline_;
  bool answering_ = false;
  std::array<char, 4096> buffer_;
  std::string_view pending_;
};

}  // namespace

bool ImpatientServer::process_and_close_socket(socket_t socket) {
  Connection connection(socket);
  bool closed = false, good = true;
  for (size_t left = keep_alive_max_count_; left > 0 && good && !closed; --left) {
    if (svr_sock_ == INVALID_SOCKET || !connection.begin_request()) break;
    good = process_request(connection, left == 1, closed, nullptr);
  }
  return good;
}

}  // namespace gradzoo
