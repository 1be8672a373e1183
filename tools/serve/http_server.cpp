#include "tools/serve/http_server.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <optional>
#include <sstream>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <sys/resource.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using net::ip::tcp;
using std::chrono::milliseconds;

constexpr milliseconds kToLeave{2000}, kUntilFilesAreFree{100};
constexpr size_t kThreads = 8;
constexpr size_t kMostLong = 100;    // that wait for their threads
constexpr size_t kOtherFiles = 100;  // at least: of runs, and of processes that are started

using Parser = http::request_parser<http::string_body>;
using Message = http::response<http::string_body>;

void set_limits(Parser& parser) {
  parser.header_limit(kMostHeadBytes);
  parser.body_limit(kMostFileBytes);
}

// Of a body that is still to come; an error where it is announced as longer.
error_code limit_body(Parser& parser, uint64_t most) {
  if (parser.content_length().value_or(0) > most) return http::error::body_limit;
  parser.body_limit(most);
  return {};
}

std::string_view text_of(const auto& view) { return {view.data(), view.size()}; }  // of any Boost

std::string_view text_of(const boost::beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

// Without the body.
HttpRequest head_of(const Parser::value_type& message) {
  const auto text = [](const auto& view) { return std::string(text_of(view)); };
  const bool one_host = message.count(http::field::host) == 1;
  HttpTarget target = parsed_target(text(message.target()), text(message[http::field::host]));
  return {.method = text(message.method_string()),
          .path = std::move(target.path),
          .query = parsed_query(target.query),
          .host = one_host ? std::move(target.host) : "",
          .origin = text(message[http::field::origin]),
          .fetch_site = text(message["Sec-Fetch-Site"]),
          .content_type = text(message[http::field::content_type])};
}

uint64_t most_body(const HttpHandler& handler, const HttpRequest& head) {
  return handler.takes_long(head) ? kMostFileBytes : kMostBodyBytes;
}

// What is said of bytes that are no request; nothing to a client that was silent, or is gone.
std::optional<HttpResponse> refusal_of(const error_code& error) {
  if (error == http::error::header_limit)
    return refusal_response(431,
                            "the request's head has more than 16 kB. Hint: send fewer or shorter headers");
  if (error == http::error::body_limit)
    return refusal_response(413,
                            "the request's body is too long. Hint: send at most 16 kB, or a file of 64 MiB");
  if (error.category() != error_code(http::error::bad_target).category() ||
      error == http::error::end_of_stream || error == http::error::partial_message)
    return std::nullopt;
  return refusal_response(400, "this is not an HTTP/1.1 request. Hint: send GET /");
}

Message message_of(HttpResponse&& response, bool is_head, bool keep_alive) {
  Message message(http::int_to_status(static_cast<unsigned>(response.status)), 11);
  message.keep_alive(keep_alive);
  message.set(http::field::content_type, response.content_type);
  message.set("X-Content-Type-Options", "nosniff");
  message.set("Cross-Origin-Resource-Policy", "same-origin");
  message.set("Referrer-Policy", "no-referrer");
  message.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.body() = std::move(response.body);
  message.prepare_payload();
  if (is_head) message.body().clear();
  return message;
}

// How many files this process may open, as many as the system lets it.
size_t most_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

// At a port where no other server listens, though one may have a moment ago.
tcp::acceptor listening(net::io_context& io, const HttpOptions& options) {
  if (options.host.empty()) throw Error("serve: the host is empty. Hint: give --host 127.0.0.1");
  error_code unknown;
  for (const auto& found : tcp::resolver(io).resolve(options.host, std::to_string(options.port),
                                                     tcp::resolver::passive, unknown)) {
    try {
      return tcp::acceptor(io, found.endpoint());
    } catch (const boost::system::system_error&) {  // a name may have other addresses
    }
  }
  throw Error("serve: cannot listen at {}, port {}. Hint: try --port 0, which takes a free port",
              printable(options.host), options.port);
}

}  // namespace

struct HttpServer::Question {
  std::shared_ptr<Connection> connection;
  HttpRequest request;
};

struct HttpServer::Parts {
  Parts(const HttpOptions& chosen, const HttpHandler& answers)
      : options(chosen), handler(answers), acceptor(listening(io, chosen)) {
    const size_t files = most_files();
    options.most_connections = std::min(options.most_connections, files - std::min(files / 2, kOtherFiles));
  }
  void accept();
  bool make_room();

  HttpOptions options;
  const HttpHandler& handler;
  std::list<Connection*> open;  // who has kept the server waiting longest stands first
  net::io_context io{1};
  tcp::acceptor acceptor;
  net::steady_timer pause{io};
  std::atomic<size_t> waiting = 0;  // for an answer that takes long
  net::thread_pool threads{kThreads}, threads_for_long{options.threads_for_long};
};

// Lives, and ends, on the thread that reads and writes.
class HttpServer::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, Parts& server)
      : server_(server), stream_(std::move(socket)), place_(server.open.insert(server.open.end(), this)) {
    error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
  }
  ~Connection() { server_.open.erase(place_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool waits_for_client() const { return waits_for_client_; }
  bool is_gone() const { return gone_; }

  void close() {
    waits_for_client_ = false;
    gone_ = true;
    stream_.close();
  }

  void read() {
    message_ = {};
    keep_alive_ = is_head_ = false;
    set_limits(parser_.emplace());
    wait_for_client(server_.options.to_arrive);
    read_header();
  }

  // On a thread that answers; the connection goes back to its own.
  static void answer(Question question) {
    HttpResponse response;
    if (!question.connection->gone_) response = question.connection->server_.handler.answer(question.request);
    auto& io = question.connection->server_.io;
    net::post(io, [self = std::move(question.connection), response = std::move(response)]() mutable {
      self->write(std::move(response));
    });
  }

  void write(HttpResponse response) {
    if (gone_) return;
    error_code ignored;
    stream_.socket().cancel(ignored);  // notice_going
    message_ = message_of(std::move(response), is_head_, keep_alive_);
    wait_for_client(server_.options.to_be_read);
    http::async_write(stream_, message_, [self = shared_from_this()](error_code error, size_t) {
      if (!error) self->keep_alive_ ? self->read() : self->leave();
    });
  }

 private:
  // From now on, whatever comes meanwhile.
  void wait_for_client(milliseconds longest) {
    stream_.expires_after(longest);
    waits_for_client_ = true;
    server_.open.splice(server_.open.end(), server_.open, place_);
  }

  void read_header() {
    buffer_.consume(empty_lines(text_of(buffer_)));
    const std::string_view begin = text_of(buffer_);
    if (begin.empty() || begin == "\r") {  // there may be more of them
      stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code error, size_t n) {
        self->buffer_.commit(n);
        error ? self->refuse(error) : self->read_header();
      });
      return;
    }
    http::async_read_header(
        stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, size_t) {
          const auto& head = self->parser_->get();
          self->request_ = error ? HttpRequest{} : head_of(head);
          if (!error) error = limit_body(*self->parser_, most_body(self->server_.handler, self->request_));
          const bool asks_first = !error && head.version() >= 11 &&
                                  equal_in_any_case(text_of(head[http::field::expect]), "100-continue");
          asks_first ? self->encourage() : self->read_body(error);
        });
  }

  void encourage() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    net::async_write(stream_, net::buffer(kContinue.data(), kContinue.size()),
                     [self = shared_from_this()](error_code error, size_t) { self->read_body(error); });
  }

  void read_body(error_code error) {
    if (error) return refuse(error);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code failure, size_t) {
      failure ? self->refuse(failure) : self->answer();
    });
  }

  void refuse(error_code error) {
    if (std::optional<HttpResponse> response = refusal_of(error)) write(std::move(*response));
  }

  void answer() {
    waits_for_client_ = false;
    keep_alive_ = parser_->keep_alive();
    is_head_ = parser_->get().method() == http::verb::head;
    request_.body = std::move(parser_->get().body());
    if (!server_.handler.takes_long(request_)) {
      net::post(server_.threads, [question = Question{shared_from_this(), std::move(request_)}]() mutable {
        answer(std::move(question));
      });
    } else if (server_.waiting >= kMostLong) {
      write(
          refusal_response(503, "too many requests wait for long computations. Hint: try again in a minute"));
    } else {
      ++server_.waiting;
      notice_going();
      net::post(server_.threads_for_long,
                [question = Question{shared_from_this(), std::move(request_)}]() mutable {
                  --question.connection->server_.waiting;
                  answer(std::move(question));
                });
    }
  }

  // Nothing is computed for a client that went while it waited for its turn.
  void notice_going() {
    stream_.socket().async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code error) {
      error_code ignored;
      if (!error && !self->waits_for_client_ && self->stream_.socket().available(ignored) == 0) self->close();
    });
  }

  // A connection that is closed with bytes unread takes the answer away from a client that still sends.
  void leave() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    wait_for_client(kToLeave);
    discard();
  }

  void discard() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code error, size_t) {
      if (!error) self->discard();
    });
  }

  Parts& server_;
  boost::beast::tcp_stream stream_;
  std::list<Connection*>::iterator place_;
  boost::beast::flat_buffer buffer_{2 * kMostHeadBytes};
  std::optional<Parser> parser_;
  HttpRequest request_;
  Message message_;
  bool waits_for_client_ = false, keep_alive_ = false, is_head_ = false;
  std::atomic<bool> gone_ = false;
};

// Takes who connects; where the system has no file for them, after a moment.
void HttpServer::Parts::accept() {
  acceptor.async_accept([this](error_code error, tcp::socket socket) {
    const bool room = (!error && open.size() < options.most_connections) || make_room();
    if (!error && room) std::make_shared<Connection>(std::move(socket), *this)->read();
    if (!error) return accept();
    pause.expires_after(kUntilFilesAreFree);
    pause.async_wait([this](error_code) { accept(); });
  });
}

// Closes who has kept the server waiting longest; false where nobody does.
bool HttpServer::Parts::make_room() {
  const auto found = std::ranges::find_if(open, &Connection::waits_for_client);
  if (found == open.end()) return false;
  (*found)->close();
  return true;
}

HttpServer::HttpServer(const HttpOptions& options, const HttpHandler& handler)
    : parts_(std::make_unique<Parts>(options, handler)) {}

HttpServer::~HttpServer() = default;

int HttpServer::port() const { return parts_->acceptor.local_endpoint().port(); }

void HttpServer::listen() {
  parts_->accept();
  parts_->io.run();
}

void HttpServer::stop() { parts_->io.stop(); }

std::string answer_to_bytes(std::string_view bytes, const HttpHandler& handler) {
  bytes.remove_prefix(empty_lines(bytes));
  Parser parser;
  set_limits(parser);
  error_code error;
  bytes.remove_prefix(parser.put(net::const_buffer(bytes.data(), bytes.size()), error));  // the head
  HttpRequest request = error ? HttpRequest{} : head_of(parser.get());
  if (!error) error = limit_body(parser, most_body(handler, request));
  parser.eager(true);
  if (!error && !parser.is_done()) parser.put(net::const_buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::need_more || (!error && !parser.is_done())) return "";
  const bool is_head = !error && parser.get().method() == http::verb::head;
  request.body = std::move(parser.get().body());
  std::optional<HttpResponse> response = error ? refusal_of(error) : handler.answer(request);
  std::ostringstream answer;
  if (response) answer << message_of(std::move(*response), is_head, false);
  return answer.str();
}

}  // namespace gradzoo
