#include "tools/serve/routes.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/random.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/folders.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/plot/pages/curve_figure.h"
#include "plot/pages/page_files.h"
#include "tools/serve/http_message.h"
#include "tools/serve/page_files.h"
#include "tools/serve/run_curves.h"

namespace gradzoo {
namespace {

using Json = nlohmann::json;
using Page = PageRoutes::Page;

constexpr size_t kMostOverlaid = 24;

// The page loads nothing from elsewhere. A run's report and an explained function hold scripts of their own:
// they get a frame without rights to this page.
constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr const char* kFramePolicy =
    "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src "
    "'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

// It computes by itself, and asks this server for nothing.
constexpr const char* kPlaygroundPolicy =
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; frame-src "
    "blob:; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

// The playground as one file, which may be built while the server runs; "" where there is none.
std::string playground_file() {
  try {
    const std::filesystem::path file =
        find_data_folder("playground", "", "GRADZOO_PLAYGROUND") / "playground.html";
    std::error_code error;
    return std::filesystem::exists(file, error) ? file.string() : "";
  } catch (const Error&) {
    return "";
  }
}

int64_t number_in(const HttpRequest& request, const char* name) {
  const std::string text = request.parameter(name);
  int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size())
    throw Error("'{}' is not a number. Hint: send {}=1", printable(text), name);
  return number;
}

Json body_of(const HttpRequest& request) {
  Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object())
    throw Error("the request's body is not a JSON object. Hint: send {\"expr\": \"sin(x)\"}");
  return body;
}

// A zero byte would end an argument of a program, and a message.
std::string without_zero_bytes(std::string text) {
  if (text.find('\0') != std::string::npos) throw Error("a text has a zero byte. Hint: remove it");
  return text;
}

std::string text_in(const Json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end()) return "";
  if (!found->is_string()) throw Error("{} is not a text. Hint: write it in quotes", name);
  return without_zero_bytes(found->get<std::string>());
}

int64_t integer_in(const Json& body, const char* name, int64_t otherwise) {
  const auto found = body.find(name);
  if (found == body.end()) return otherwise;
  if (!found->is_number_integer()) throw Error("{} is not an integer. Hint: write it without quotes", name);
  return found->get<int64_t>();
}

LabRequest lab_request(const Json& body) {
  LabRequest request{.lab = text_in(body, "lab"), .knobs = {}, .seed = integer_in(body, "seed", 0)};
  if (request.seed < 0 || request.seed > kMostSeed)
    throw Error("the seed is {}. Hint: choose 0 to {}", request.seed, kMostSeed);
  if (!body.contains("knobs")) return request;
  if (!body["knobs"].is_object()) throw Error("knobs are not an object. Hint: send {\"sigma\": \"0.3\"}");
  for (const auto& [key, value] : body["knobs"].items()) {
    if (!value.is_string())
      throw Error("the value of knob '{}' is not a text. Hint: write it in quotes", printable(key));
    request.knobs[without_zero_bytes(key)] = without_zero_bytes(value.get<std::string>());
  }
  return request;
}

CurveView curve_view(const HttpRequest& request) {
  CurveView view;
  const auto [begin, end] = request.query.equal_range("run");
  for (auto run = begin; run != end && view.runs.size() < kMostOverlaid; ++run)
    view.runs.push_back(run->second);
  if (request.query.contains("x")) view.x = request.parameter("x");
  if (request.query.contains("smoothing"))
    view.smoothing = static_cast<double>(number_in(request, "smoothing")) / 100;
  view.log_y = request.parameter("log") == "1";
  return view;
}

HttpResponse text_response(const char* content_type, std::string text) {
  return {.content_type = content_type, .body = std::move(text)};
}

HttpResponse framed(const char* content_type, std::string text) {
  return {.content_type = content_type,
          .body = std::move(text),
          .headers = {{"Content-Security-Policy", kFramePolicy}}};
}

HttpResponse framed_page(std::string html) { return framed("text/html; charset=utf-8", std::move(html)); }

struct Route {
  std::string_view method, path;  // GET: HEAD too
  HttpResponse (*answer)(const Page&, const HttpRequest&);
  bool takes_long = false;
};

constexpr Route kRoutes[] = {
    {"GET", "/",
     [](const Page&, const HttpRequest&) -> HttpResponse {
       return {.content_type = "text/html; charset=utf-8",
               .body = kServeBody,
               .headers = {{"Content-Security-Policy", kPagePolicy}}};
     }},
    {"GET", "/style.css",
     [](const Page&, const HttpRequest&) {
       return text_response("text/css; charset=utf-8", std::string(kReportStyle) + kServeStyle);
     }},
    {"GET", "/script.js",
     [](const Page&, const HttpRequest&) {
       return text_response("text/javascript; charset=utf-8", std::string(kReportScript) + kServeScript);
     }},
    {"GET", "/playground",
     [](const Page&, const HttpRequest&) -> HttpResponse {
       constexpr uint64_t kMostPageBytes = uint64_t{64} << 20;
       const std::string file = playground_file();
       if (file.empty()) throw Error("the playground was not built. Hint: run tools/playground/build");
       return {.content_type = "text/html; charset=utf-8",
               .body = read_plain_file(file, kMostPageBytes, Links::follow),
               .headers = {{"Content-Security-Policy", kPlaygroundPolicy}}};
     }},
    {"GET", "/api/runs",
     [](const Page& page, const HttpRequest&) {
       Json answer = page.runs.description();
       answer["folder"] = page.runs.path();
       answer["computes"] = page.computes;
       answer["playground"] = !playground_file().empty();
       return json_response(answer);
     }},
    {"GET", "/api/curves",
     [](const Page& page, const HttpRequest& request) {
       return json_response(run_curves(page.runs, curve_view(request)));
     }},
    {"GET", "/picture",
     [](const Page& page, const HttpRequest& request) {
       const std::string file = request.parameter("file");
       return framed(file.ends_with(".svg") ? "image/svg+xml" : "image/png",
                     page.runs.picture(request.parameter("run"), file));
     }},
    {"GET", "/report",
     [](const Page& page, const HttpRequest& request) {
       return framed_page(page.runs.report(request.parameter("run")));
     }},
    {"POST", "/api/explain",
     [](const Page& page, const HttpRequest& request) {
       const Json body = body_of(request);
       const Json result = page.computations.explain({.expression = text_in(body, "expr"),
                                                      .at = text_in(body, "at"),
                                                      .order = integer_in(body, "order", 1)});
       return json_response(result, result.contains("error") ? 400 : 200);
     },
     true},
    {"GET", "/explained",
     [](const Page& page, const HttpRequest& request) {
       return framed_page(page.computations.explained(number_in(request, "id")));
     }},
    {"GET", "/api/labs",
     [](const Page& page, const HttpRequest&) { return json_response(page.computations.labs()); }},
    {"POST", "/api/labs/start",
     [](const Page& page, const HttpRequest& request) {
       return json_response({{"number", page.computations.start_lab(lab_request(body_of(request)))}});
     }},
    {"POST", "/api/labs/stop",
     [](const Page& page, const HttpRequest& request) {
       page.computations.stop_lab(integer_in(body_of(request), "number", 0));
       return json_response(Json::object());
     }},
    {"GET", "/lab",
     [](const Page& page, const HttpRequest& request) {
       return framed_page(page.computations.lab_report(number_in(request, "number")));
     }},
};

const Route* route_of(const HttpRequest& request) {
  const auto found = std::ranges::find(kRoutes, request.path, &Route::path);
  return found == std::end(kRoutes) ? nullptr : found;
}

// Who asks, and for whom.
std::optional<HttpResponse> refused_asker(const HttpRequest& request, const Page& page) {
  if (!is_own_name(request.host, page.host))
    return refusal_response(421, "this page has another name. Hint: open " + page.address +
                                     ", or start the server with --host and that name");
  if ((!request.origin.empty() && !is_same_origin(request.origin, request.host)) ||
      request.fetch_site == "cross-site")
    return refusal_response(403, "the request is from another site. Hint: open " + page.address + " itself");
  return std::nullopt;
}

HttpResponse answer_of(const Route& route, const Page& page, const HttpRequest& request) {
  if (route.method != (request.method == "HEAD" ? "GET" : request.method)) {
    HttpResponse response = refusal_response(
        405, fmt::format("{} does not accept this method. Hint: use {}", route.path, route.method));
    response.headers["Allow"] = route.method == "GET" ? "GET, HEAD" : "POST";
    return response;
  }
  const bool posted = route.method == "POST";
  if (posted && !is_json(request.content_type))
    return refusal_response(415, "a posted request must be JSON. Hint: send Content-Type: application/json");
  if (posted && !page.computes)
    return refusal_response(403, "functions and labs are only for this machine. Hint: serve without --host");
  return route.answer(page, request);
}

}  // namespace

HttpResponse PageRoutes::answer(const HttpRequest& request) const {
  try {
    if (std::optional<HttpResponse> refused = refused_asker(request, page_)) return *refused;
    if (const Route* route = route_of(request)) return answer_of(*route, page_, request);
    return refusal_response(404, "this page does not exist. Hint: open /");
  } catch (const Error& error) {
    return refusal_response(400, printable(error.what()));
  } catch (const std::exception& error) {
    return refusal_response(500, printable(error.what()));
  }
}

bool PageRoutes::takes_long(const HttpRequest& request) const {
  const Route* route = route_of(request);
  return route != nullptr && route->takes_long;
}

}  // namespace gradzoo
