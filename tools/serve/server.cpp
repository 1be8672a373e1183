#include "tools/serve/server.h"

#include <charconv>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <httplib.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "base/error.h"
#include "base/text.h"
#include "tools/report/curve_figure.h"
#include "tools/report/page_files.h"
#include "tools/serve/expression_page.h"
#include "tools/serve/host_name.h"
#include "tools/serve/lab_runner.h"
#include "tools/serve/page_files.h"
#include "tools/serve/run_curves.h"
#include "tools/serve/runs_folder.h"

namespace gradzoo {
namespace {

using Json = nlohmann::json;
using httplib::Request;
using httplib::Response;

constexpr size_t kThreads = 256, kMostBody = 16384, kMostOverlaid = 24;
constexpr time_t kSilence = 3;  // seconds without a byte, after which a connection is given up

// The page loads nothing from elsewhere. A run's report and an explained function hold scripts of their own:
// they get a frame without rights to this page.
constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr const char* kFramePolicy =
    "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

void answer(Response& response, int status, const Json& json) {
  response.status = status;
  response.set_content(json.dump(-1, ' ', false, Json::error_handler_t::replace), "application/json");
}

void refuse(Response& response, int status, const std::string& sentence) {
  answer(response, status, {{"error", sentence}});
}

int64_t number_in(const Request& request, const char* name) {
  const std::string text = request.get_param_value(name);
  int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size())
    throw Error("'{}' is no number. Hint: {}=1", printable(text), name);
  return number;
}

Json body_of(const Request& request) {
  Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) throw Error("the request's body is no JSON object. Hint: {{\"expr\": \"sin(x)\"}}");
  return body;
}

std::string text_in(const Json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end()) return "";
  if (!found->is_string()) throw Error("{} is no text. Hint: write it in quotes", name);
  return found->get<std::string>();
}

int64_t integer_in(const Json& body, const char* name, int64_t otherwise) {
  const auto found = body.find(name);
  if (found == body.end()) return otherwise;
  if (!found->is_number_integer()) throw Error("{} is no whole number. Hint: write it without quotes", name);
  return found->get<int64_t>();
}

LabRequest lab_request(const Json& body) {
  LabRequest request{.lab = text_in(body, "lab"), .knobs = {}, .seed = integer_in(body, "seed", 0)};
  if (request.seed < 0) throw Error("the seed {} is negative. Hint: 0 or more", request.seed);
  if (!body.contains("knobs")) return request;
  if (!body["knobs"].is_object()) throw Error("knobs are no object. Hint: {{\"sigma\": \"0.3\"}}");
  for (const auto& [key, value] : body["knobs"].items()) {
    if (!value.is_string()) throw Error("the knob '{}' is no text. Hint: write it in quotes", printable(key));
    request.knobs[key] = value.get<std::string>();
  }
  return request;
}

CurveView curve_view(const Request& request) {
  CurveView view;
  const auto [begin, end] = request.params.equal_range("run");
  for (auto run = begin; run != end && view.runs.size() < kMostOverlaid; ++run)
    view.runs.push_back(run->second);
  if (request.has_param("x")) view.x = request.get_param_value("x");
  if (request.has_param("smoothing"))
    view.smoothing = static_cast<double>(number_in(request, "smoothing")) / 100;
  view.log_y = request.get_param_value("log") == "1";
  return view;
}

// Of a thousand that ask at once each has a file.
void allow_many_connections() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

struct PageServer::Parts {
  explicit Parts(const ServeOptions& options)
      : host(options.host), computes(is_loopback(options.host)), runs(options.folder), labs(options.folder) {}

  std::string host;
  int port = 0;
  bool computes;  // explains functions and runs labs
  RunsFolder runs;
  LabRunner labs;
  ExpressionPages pages;
  httplib::Server server;

  // Who asks, and for whom: false, with the answer, where it is refused.
  bool admit(const Request& request, Response& response) const {
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("Cross-Origin-Resource-Policy", "same-origin");
    response.set_header("Referrer-Policy", "no-referrer");
    response.set_header("Cache-Control", "no-store");
    const std::string name = request.get_header_value("Host");
    const std::string origin = request.get_header_value("Origin");
    const std::string site = request.get_header_value("Sec-Fetch-Site");
    if (request.get_header_value_count("Host") != 1 || !is_own_name(name)) {
      refuse(response, 421, "this page has another name. Hint: ask for it as " + address());
    } else if ((!origin.empty() && !is_same_origin(origin, name)) || site == "cross-site") {
      refuse(response, 403, "another site asks. Hint: open " + address() + " itself");
    } else if (request.method != "GET" && request.method != "HEAD" && request.method != "POST") {
      refuse(response, 405, "this page is read. Hint: GET");
    } else if (request.method == "POST" &&
               !request.get_header_value("Content-Type").starts_with("application/json")) {
      refuse(response, 415, "what is posted is JSON. Hint: Content-Type: application/json");
    } else if (request.method == "POST" && !computes) {
      refuse(response, 403, "functions and labs are for this machine alone. Hint: serve without --host");
    } else {
      return true;
    }
    return false;
  }

  std::string address() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return fmt::format("http://{}:{}/", name, port);
  }

  void route_page();
  void route_runs();
  void route_explain();
  void route_labs();
  void route_errors();
};

void PageServer::Parts::route_page() {
  server.Get("/", [](const Request&, Response& response) {
    response.set_header("Content-Security-Policy", kPagePolicy);
    response.set_content(kServeBody, "text/html; charset=utf-8");
  });
  server.Get("/style.css", [](const Request&, Response& response) {
    response.set_content(kReportStyle + curve_styles() + kServeStyle, "text/css; charset=utf-8");
  });
  server.Get("/script.js", [](const Request&, Response& response) {
    response.set_content(std::string(kReportScript) + kServeScript, "text/javascript; charset=utf-8");
  });
}

void PageServer::Parts::route_runs() {
  server.Get("/api/runs", [this](const Request&, Response& response) {
    answer(response, 200, {{"folder", runs.path()}, {"computes", computes}, {"runs", runs.description()}});
  });
  server.Get("/api/curves", [this](const Request& request, Response& response) {
    answer(response, 200, run_curves(runs, curve_view(request)));
  });
  server.Get("/picture", [this](const Request& request, Response& response) {
    response.set_header("Content-Security-Policy", kFramePolicy);
    response.set_content(runs.picture(request.get_param_value("run"), request.get_param_value("file")),
                         "image/png");
  });
  server.Get("/report", [this](const Request& request, Response& response) {
    response.set_header("Content-Security-Policy", kFramePolicy);
    response.set_content(runs.report(request.get_param_value("run")), "text/html; charset=utf-8");
  });
}

void PageServer::Parts::route_explain() {
  server.Post("/api/explain", [this](const Request& request, Response& response) {
    const Json body = body_of(request);
    const Json result = pages.explain({.expression = text_in(body, "expr"),
                                       .at = text_in(body, "at"),
                                       .order = integer_in(body, "order", 1)});
    answer(response, result.contains("error") ? 400 : 200, result);
  });
  server.Get("/explained", [this](const Request& request, Response& response) {
    response.set_header("Content-Security-Policy", kFramePolicy);
    response.set_content(pages.page(number_in(request, "id")), "text/html; charset=utf-8");
  });
}

void PageServer::Parts::route_labs() {
  server.Get("/api/labs", [this](const Request&, Response& response) {
    answer(response, 200, {{"labs", lab_list()}, {"started", labs.started()}});
  });
  server.Post("/api/labs/start", [this](const Request& request, Response& response) {
    answer(response, 200, {{"number", labs.start(lab_request(body_of(request)))}});
  });
  server.Post("/api/labs/stop", [this](const Request& request, Response& response) {
    labs.stop(integer_in(body_of(request), "number", 0));
    answer(response, 200, Json::object());
  });
  server.Get("/lab", [this](const Request& request, Response& response) {
    response.set_header("Content-Security-Policy", kFramePolicy);
    response.set_content(labs.report(number_in(request, "number")), "text/html; charset=utf-8");
  });
}

void PageServer::Parts::route_errors() {
  server.set_pre_routing_handler([this](const Request& request, Response& response) {
    return admit(request, response) ? httplib::Server::HandlerResponse::Unhandled
                                    : httplib::Server::HandlerResponse::Handled;
  });
  server.set_exception_handler([](const Request&, Response& response, const std::exception_ptr& thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      refuse(response, 400, printable(error.what()));
    } catch (const std::exception& error) {
      refuse(response, 500, printable(error.what()));
    }
  });
  server.set_error_handler([](const Request&, Response& response) {
    if (!response.body.empty()) return;
    const bool missing = response.status == 404;
    refuse(
        response, response.status,
        missing ? "there is no such page. Hint: begin at /" : "the request cannot be answered. Hint: GET /");
  });
}

PageServer::PageServer(const ServeOptions& options) : parts_(std::make_unique<Parts>(options)) {
  allow_many_connections();
  httplib::Server& server = parts_->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_payload_max_length(kMostBody);
  server.set_read_timeout(kSilence);
  server.set_write_timeout(kSilence);
  server.set_keep_alive_timeout(kSilence);
  // Two servers must not share a port, as the library's own options would allow.
  socket_t listening = INVALID_SOCKET;
  server.set_socket_options([&listening](socket_t socket) {
    const int yes = 1;
    listening = socket;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  parts_->route_errors();
  parts_->route_page();
  parts_->route_runs();
  parts_->route_explain();
  parts_->route_labs();
  const bool any = options.port == 0;
  const int port = any ? server.bind_to_any_port(options.host) : static_cast<int>(options.port);
  if (port < 0 || (!any && !server.bind_to_port(options.host, port)))
    throw Error("serve: cannot listen at {}, port {}. Hint: is it taken? --port 0 takes one that is free",
                printable(options.host), options.port);
  parts_->port = port;
  ::listen(listening, SOMAXCONN);  // the library lets five wait
  server.set_socket_options([](socket_t) {});
}

PageServer::~PageServer() = default;

std::string PageServer::address() const { return parts_->address(); }

void PageServer::listen() { parts_->server.listen_after_bind(); }

void PageServer::stop() {
  parts_->labs.end();
  parts_->server.stop();
}

}  // namespace gradzoo
