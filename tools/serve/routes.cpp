#include "tools/serve/routes.h"

#include <charconv>
#include <exception>
#include <string>
#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "tools/report/curve_figure.h"
#include "tools/report/page_files.h"
#include "tools/serve/host_name.h"
#include "tools/serve/page_files.h"
#include "tools/serve/run_curves.h"

namespace gradzoo {
namespace {

using Json = nlohmann::json;
using httplib::Request;
using httplib::Response;

constexpr size_t kMostOverlaid = 24;

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

// Who asks, and for whom: false, with the answer, where it is refused.
bool admit(const Request& request, Response& response, const std::string& address, bool computes) {
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("Cross-Origin-Resource-Policy", "same-origin");
  response.set_header("Referrer-Policy", "no-referrer");
  response.set_header("Cache-Control", "no-store");
  const std::string name = request.get_header_value("Host");
  const std::string origin = request.get_header_value("Origin");
  const std::string site = request.get_header_value("Sec-Fetch-Site");
  if (request.get_header_value_count("Host") != 1 || !is_own_name(name)) {
    refuse(response, 421, "this page has another name. Hint: ask for it as " + address);
  } else if ((!origin.empty() && !is_same_origin(origin, name)) || site == "cross-site") {
    refuse(response, 403, "another site asks. Hint: open " + address + " itself");
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

}  // namespace

void PageRoutes::add_page(httplib::Server& server) const {
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

void PageRoutes::add_runs(httplib::Server& server) const {
  server.Get("/api/runs", [this](const Request&, Response& response) {
    answer(response, 200, {{"folder", runs_.path()}, {"computes", computes_}, {"runs", runs_.description()}});
  });
  server.Get("/api/curves", [this](const Request& request, Response& response) {
    answer(response, 200, run_curves(runs_, curve_view(request)));
  });
  server.Get("/picture", [this](const Request& request, Response& response) {
    response.set_header("Content-Security-Policy", kFramePolicy);
    response.set_content(runs_.picture(request.get_param_value("run"), request.get_param_value("file")),
                         "image/png");
  });
  server.Get("/report", [this](const Request& request, Response& response) {
    response.set_header("Content-Security-Policy", kFramePolicy);
    response.set_content(runs_.report(request.get_param_value("run")), "text/html; charset=utf-8");
  });
}

void PageRoutes::add_explain(httplib::Server& server) const {
  server.Post("/api/explain", [this](const Request& request, Response& response) {
    const Json body = body_of(request);
    const Json result = workshop_.explain({.expression = text_in(body, "expr"),
                                           .at = text_in(body, "at"),
                                           .order = integer_in(body, "order", 1)});
    answer(response, result.contains("error") ? 400 : 200, result);
  });
  server.Get("/explained", [this](const Request& request, Response& response) {
    response.set_header("Content-Security-Policy", kFramePolicy);
    response.set_content(workshop_.explained(number_in(request, "id")), "text/html; charset=utf-8");
  });
}

void PageRoutes::add_labs(httplib::Server& server) const {
  server.Get("/api/labs",
             [this](const Request&, Response& response) { answer(response, 200, workshop_.labs()); });
  server.Post("/api/labs/start", [this](const Request& request, Response& response) {
    answer(response, 200, {{"number", workshop_.start_lab(lab_request(body_of(request)))}});
  });
  server.Post("/api/labs/stop", [this](const Request& request, Response& response) {
    workshop_.stop_lab(integer_in(body_of(request), "number", 0));
    answer(response, 200, Json::object());
  });
  server.Get("/lab", [this](const Request& request, Response& response) {
    response.set_header("Content-Security-Policy", kFramePolicy);
    response.set_content(workshop_.lab_report(number_in(request, "number")), "text/html; charset=utf-8");
  });
}

void PageRoutes::add_to(httplib::Server& server) const {
  add_page(server);
  add_runs(server);
  add_explain(server);
  add_labs(server);
  server.set_pre_routing_handler([this](const Request& request, Response& response) {
    return admit(request, response, address_, computes_) ? httplib::Server::HandlerResponse::Unhandled
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

}  // namespace gradzoo
