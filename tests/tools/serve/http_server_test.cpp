#include "tools/serve/http_server.h"

#include <atomic>
#include <filesystem>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "support/error_message.h"
#include "tools/serve/served.h"

using namespace gradzoo;
using namespace gradzoo::test;
using namespace std::chrono_literals;

namespace {

const std::string kGet = "GET /page?a=1 HTTP/1.1\r\nHost: here\r\n", kClose = "Connection: close\r\n\r\n";

// Answers by what was asked; /long waits until `go`.
struct Echo : HttpHandler {
  HttpResponse answer(const HttpRequest& request) const override {
    ++asked;
    if (takes_long(request)) go.wait();
    if (request.path == "/large") return {.content_type = "text/plain", .body = std::string(64 << 20, 'x')};
    return {.content_type = "text/plain",
            .body = request.method + " " + request.path + " " + request.host + " " + request.body};
  }
  bool takes_long(const HttpRequest& request) const override { return request.path == "/long"; }
  mutable std::atomic<int> asked = 0;
  mutable std::latch go{1};
};

// A server in this process.
class Listening {
 public:
  explicit Listening(const HttpOptions& options = {})
      : server_(options, echo), thread_([this] { server_.listen(); }) {}
  ~Listening() {
    server_.stop();
    thread_.join();
  }
  int port() const { return server_.port(); }
  std::string all(const std::string& bytes) const {
    const Connection connection(port());
    connection.send(bytes);
    return connection.receive();
  }
  Reply ask(const std::string& bytes) const { return reply_of(all(bytes)); }
  Echo echo;

 private:
  HttpServer server_;
  std::thread thread_;
};

// Of this process, so of both ends of a connection.
std::ptrdiff_t open_files() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                       std::filesystem::directory_iterator());
}

}  // namespace

TEST_CASE("a request has ten seconds and 16 kB, an answer a minute; a thousand connections are few") {
  const HttpOptions options;
  CHECK(options.to_arrive == 10s);
  CHECK(options.to_be_read == 60s);
  CHECK(options.most_connections > 1000);
  CHECK(kMostHeadBytes + kMostBodyBytes == 32 * 1024);
}

TEST_CASE("requests are answered one after the other, however they are cut") {
  Listening server;
  CHECK(server.ask(kGet + kClose).body == "GET /page here ");
  const Reply head = server.ask("HEAD /page HTTP/1.1\r\nHost: here\r\n" + kClose);
  CHECK(head.status == 200);
  for (const char* line : {"Content-Length: 16", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
                           "Cross-Origin-Resource-Policy: same-origin", "Referrer-Policy: no-referrer"})
    CHECK(contains(head.head, line));
  CHECK(head.body == "");
  CHECK(server
            .ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + kClose +
                 "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
            .body == "POST /  abc");
  CHECK(server.ask(kGet + "Host: there\r\n" + kClose).body == "GET /page  ");  // whose page?
  const std::string two = server.all(kGet + "\r\nPOST /b HTTP/1.1\r\nContent-Length: 1\r\n" + kClose + "x");
  CHECK(contains(two, "GET /page here "));
  CHECK(two.ends_with("POST /b  x"));
  const Connection connection(server.port());
  for (const char byte : kGet + kClose) {
    connection.send({&byte, 1});
    std::this_thread::sleep_for(1ms);
  }
  CHECK(reply_of(connection.receive()).body == "GET /page here ");
}

TEST_CASE("empty lines before a request, a target with its host, and capitals are HTTP as well") {
  Listening server;
  const std::string plain = "GET /page here ";
  CHECK(server.ask("\r\n" + kGet + kClose).body == plain);
  CHECK(server.ask("\r\n\r\n\r\n" + kGet + kClose).body == plain);
  CHECK(server.ask("GET http://there:1/page?a=1 HTTP/1.1\r\nHost: here\r\n" + kClose).body ==
        "GET /page there:1 ");
  CHECK(server.ask("GET HTTP://there HTTP/1.1\r\nHost: here\r\n" + kClose).body == "GET / there ");
  CHECK(server.ask("GET http://there/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + kClose).body == "GET /  ");
  CHECK(server
            .ask("POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: Chunked\r\nCONNECTION: Close\r\n\r\n"
                 "1\r\nx\r\n0\r\n\r\n")
            .body == "POST / here x");
  // Between two requests too, as old clients send after a body; and cut anywhere.
  const std::string two = server.all("POST /a HTTP/1.1\r\nContent-Length: 1\r\n\r\nx\r\n" + kGet + kClose);
  CHECK(contains(two, "POST /a  x"));
  CHECK(two.ends_with(plain));
  const Connection connection(server.port());
  for (const char byte : "\r\n\r\n" + kGet + kClose) {
    connection.send({&byte, 1});
    std::this_thread::sleep_for(1ms);
  }
  CHECK(reply_of(connection.receive()).body == plain);
  CHECK(server.ask("\r" + kGet + kClose).status == 400);
  CHECK(server.ask("\n" + kGet + kClose).status == 400);
  CHECK(answer_to_bytes("\r\n" + kGet + "\r\n", server.echo).ends_with(plain));
  CHECK(answer_to_bytes("\r\n", server.echo) == "");
}

TEST_CASE("who sends empty lines for ever is closed at the deadline") {
  Listening server({.to_arrive = 200ms});
  const Connection slow(server.port());
  std::atomic<bool> closed = false;
  std::thread drip([&] {
    while (!closed) {
      slow.send("\r\n");
      std::this_thread::sleep_for(10ms);
    }
  });
  CHECK(slow.receive() == "");
  closed = true;
  drip.join();
}

TEST_CASE("a client that asks whether to send its body is told to") {
  Listening server;
  const std::string answer =
      server.all("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n" + kClose + "x");
  CHECK(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
  CHECK(server.all("POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n" + kClose + "x") ==
        answer);
  // A client of HTTP/1.0 knows no answer before the answer.
  CHECK(
      server.ask("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n" + kClose + "x").status ==
      200);
  CHECK(server.ask("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 16385\r\n\r\n").status == 413);
}

TEST_CASE("what is no request, or too long, is refused by one sentence, to its end") {
  Listening server;
  const std::string long_text(16384, 'a'), post = "POST / HTTP/1.1\r\n" + kClose.substr(0, kClose.size() - 2);
  const auto status = [&](const std::string& bytes) {
    const Reply reply = server.ask(bytes);
    CHECK(contains(reply.head, "Connection: close"));
    CHECK(contains(reply.json()["error"].get<std::string>(), "Hint: "));
    return reply.status;
  };
  CHECK(status("nonsense\r\n\r\n") == 400);
  CHECK(status("GET / HTTP/3.0\r\n\r\n") == 400);
  CHECK(status(std::string("GET /\0 HTTP/1.1\r\n\r\n", 19)) == 400);
  CHECK(status("GET /" + long_text + " HTTP/1.1\r\n\r\n") == 431);
  CHECK(status("GET / HTTP/1.1\r\nA: " + long_text + "\r\n\r\n") == 431);
  CHECK(status(post + "Content-Length: 16385\r\n\r\n") == 413);
  CHECK(status(post + "Content-Length: 18446744073709551615\r\n\r\nx") == 413);
  CHECK(status(post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx") == 400);
  CHECK(status(post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx") == 413);
  CHECK(status(post + "Transfer-Encoding: chunked\r\n\r\nno number\r\n") == 400);
  CHECK(status(post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(100'000, 'a')) == 400);
  CHECK(server.ask(post + "Content-Length: 16384\r\n\r\n" + long_text).status == 200);
  CHECK(server.echo.asked == 1);
  CHECK(contains(server.all(kGet + "\r\n" + post + "Content-Length: 16385\r\n\r\n"), "HTTP/1.1 413 "));
}

TEST_CASE("a client that goes on sending what is refused still gets its answer") {
  Listening server;
  const Connection client(server.port());
  client.send("POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
  for (int i = 0; i < 3; ++i) {  // a closed socket would take the answer away
    std::this_thread::sleep_for(50ms);
    CHECK(client.send(std::string(1000, 'a')));
  }
  CHECK(reply_of(client.receive()).status == 413);
}

TEST_CASE("whoever is slow is closed at the deadline, though a byte comes now and then") {
  Listening server({.to_arrive = 200ms});
  const Connection slow(server.port());
  std::atomic<bool> closed = false;
  std::thread drip([&] {
    for (size_t i = 0; !closed; ++i) {
      slow.send(i < kGet.size() ? kGet.substr(i, 1) : "a");
      std::this_thread::sleep_for(20ms);
    }
  });
  CHECK(slow.receive() == "");
  closed = true;
  drip.join();
  CHECK(server.echo.asked == 0);
}

TEST_CASE("an answer that is not read is dropped at its deadline") {
  Listening server({.to_be_read = 200ms});
  const auto files = open_files();
  const Connection slow(server.port());
  slow.send("GET /large HTTP/1.1\r\n" + kClose);
  CHECK(eventually([&] { return server.echo.asked == 1; }));
  CHECK(eventually([&] { return open_files() == files + 1; }));  // this end
  CHECK(slow.receive().size() < size_t{64} << 20);
}

TEST_CASE("beyond the most connections the one closes that has kept the server waiting longest") {
  Listening server({.to_arrive = 600s, .most_connections = 10});
  std::vector<std::unique_ptr<Connection>> silent;
  for (int i = 0; i < 30; ++i) silent.push_back(std::make_unique<Connection>(server.port()));
  CHECK(server.ask(kGet + kClose).status == 200);
  CHECK(silent.front()->receive() == "");  // at once
  silent.back()->send(kGet + kClose);
  CHECK(reply_of(silent.back()->receive()).status == 200);
}

TEST_CASE("who does not read its answer makes room for others") {
  Listening server({.to_be_read = 600s, .most_connections = 2});
  const Connection one(server.port()), other(server.port());
  for (const Connection* deaf : {&one, &other}) deaf->send("GET /large HTTP/1.1\r\n" + kClose);
  CHECK(eventually([&] { return server.echo.asked == 2; }));
  CHECK(eventually([&] { return server.ask(kGet + kClose).status == 200; }));
}

TEST_CASE("what takes long keeps nobody waiting, and is not begun for a client that went") {
  Listening server({.threads_for_long = 2});
  const auto files = open_files();
  const std::string slow = "GET /long HTTP/1.1\r\n" + kClose;
  std::vector<std::unique_ptr<Connection>> waiting;
  const auto wait = [&] {
    waiting.push_back(std::make_unique<Connection>(server.port()));
    waiting.back()->send(slow);
  };
  for (int i = 0; i < 2; ++i) wait();
  CHECK(eventually([&] { return server.echo.asked == 2; }));
  for (int i = 0; i < 3; ++i) wait();
  CHECK(server.ask(kGet + kClose).status == 200);
  CHECK(eventually([&] { return open_files() == files + 10; }));
  waiting.pop_back();
  CHECK(eventually([&] { return open_files() == files + 8; }));
  // A hundred may wait; one more is told so.
  while (waiting.size() < 2 + 99) wait();
  CHECK(eventually([&] { return open_files() == files + 202; }));
  CHECK(server.ask(slow).status == 503);
  server.echo.go.count_down();
  for (const auto& connection : waiting) CHECK(reply_of(connection->receive()).status == 200);
  CHECK(server.echo.asked == 1 + 101);
  CHECK(server.ask(slow).status == 200);  // there is room again
}

TEST_CASE("what takes long may send a file, and nothing else may") {
  Listening server;
  server.echo.go.count_down();
  const std::string file(20 << 20, 'f');
  const auto post = [&](const char* path, size_t announced) {
    return fmt::format("POST {} HTTP/1.1\r\nHost: here\r\nContent-Length: {}\r\n{}", path, announced, kClose);
  };
  CHECK(server.ask(post("/long", file.size()) + file).body == "POST /long here " + file);
  CHECK(server.ask(post("/other", file.size())).status == 413);
  CHECK(server.ask(post("/long", kMostFileBytes + 1)).status == 413);
  const auto chunked = [&](const char* path) {
    return server
        .ask(fmt::format("POST {} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n{}5000\r\n{}\r\n0\r\n\r\n", path,
                         kClose, std::string(0x5000, 'c')))
        .status;
  };
  CHECK(chunked("/long") == 200);
  CHECK(chunked("/other") == 413);
}

TEST_CASE("a client that was just answered is not the one that has kept the server waiting longest") {
  Listening server({.to_arrive = 600s, .most_connections = 10});
  const Connection first(server.port());
  std::vector<std::unique_ptr<Connection>> silent;
  for (int i = 0; i < 9; ++i) silent.push_back(std::make_unique<Connection>(server.port()));
  first.send(kGet + "\r\n");
  CHECK(eventually([&] { return server.echo.asked == 1; }));
  for (int i = 0; i < 3; ++i) silent.push_back(std::make_unique<Connection>(server.port()));
  for (size_t i = 0; i < 3; ++i) CHECK(silent[i]->receive() == "");
  first.send("POST /again HTTP/1.1\r\n" + kClose);
  CHECK(first.receive().ends_with("POST /again  "));
}

TEST_CASE("where there is no file for a client, it is taken once there is") {
  const Echo echo;
  HttpServer server({}, echo);
  const Connection client(
      server.port());  // before anybody listens: accept() itself takes a file for a moment
  REQUIRE(client.send(kGet + kClose));
  rlimit allowed{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &allowed) == 0);
  const int free = ::dup(0);
  ::close(free);
  const rlimit none{static_cast<rlim_t>(free), allowed.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  std::thread listening([&server] { server.listen(); });
  std::this_thread::sleep_for(50ms);
  CHECK(echo.asked == 0);
  CHECK(::setrlimit(RLIMIT_NOFILE, &allowed) == 0);
  CHECK(reply_of(client.receive()).status == 200);
  server.stop();
  listening.join();
}

TEST_CASE("two servers do not share a port; one that is stopped before it listens does not begin") {
  const Echo echo;
  HttpServer first({}, echo);
  CHECK(error_message([&] { HttpServer second({.port = first.port()}, echo); }) ==
        fmt::format("serve: cannot listen at 127.0.0.1, port {}. Hint: try --port 0, which takes a free port",
                    first.port()));
  CHECK(contains(error_message([&] { HttpServer elsewhere({.host = "192.0.2.1"}, echo); }),
                 "at 192.0.2.1, port 0"));
  CHECK(contains(error_message([&] { HttpServer nowhere({.host = ""}, echo); }),
                 "Hint: give --host 127.0.0.1"));
  first.stop();
  first.listen();
}
