#include "tools/serve/routes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <optional>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/zoo.h"
#include "gradzoo/plot/pages/curve_figure.h"
#include "plot/pages/page_files.h"
#include "tools/playground/page_files.h"
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

// Of the playground. Its results are frames with inline scripts: a frame inherits this policy, but has no
// origin, so the server refuses its requests.
constexpr const char* kPlaygroundPolicy =
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src data: "
    "blob:; connect-src 'self'; frame-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr const char* kOnlyHere = "the playground is only for this machine. Hint: serve without --host";
constexpr std::string_view kPosted = "application/octet-stream";  // which no form of another site can send

int64_t number_in(const HttpRequest& request, const char* name) {
  const std::string text = request.parameter(name);
  int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size())
    throw Error("'{}' is not a number. Hint: send {}=1", printable(text), name);
  return number;
}

// The name that a page gave its engine.
std::string engine_in(const HttpRequest& request) {
  std::string name = request.parameter("engine");
  const auto fits = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; };
  if (name.empty() || name.size() > 40 || !std::ranges::all_of(name, fits))
    throw Error("'{}' is not the name of an engine. Hint: send up to 40 of 0-9, a-f and -", printable(name));
  return name;
}

// The body is a line of JSON, and the content of the file that it sends.
std::string asked_engine(const Page& page, const HttpRequest& request) {
  const std::string name = engine_in(request);
  const size_t end = std::min(request.body.find('\n'), request.body.size());
  Json json = Json::parse(request.body.substr(0, end), nullptr, false);
  if (!json.is_object())
    throw Error("the request's body is not a JSON object. Hint: send {\"ask\": \"labs\"}");
  const std::string bytes = request.body.substr(std::min(end + 1, request.body.size()));
  json["bytes"] = bytes.size();
  return page.engines.ask(name, json.dump(), bytes);
}

// A file of a model in the zoo.
std::string zoo_file(const std::string& model, const std::string& file) {
  constexpr uint64_t kMostBytes = uint64_t{64} << 20;
  const std::vector<std::string> models = zoo_names();
  if (std::ranges::find(models, model) == models.end() ||
      (file != "config.toml" && file != "weights.safetensors"))
    throw Error("the zoo has no {}/{}. Hint: send model=vae&file=config.toml", printable(model),
                printable(file));
  return read_plain_file(zoo_folder() + "/" + model + "/" + file, kMostBytes, Links::follow);
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

// Whether it is a part of the playground.
bool computes(const Route& route) {
  return std::ranges::any_of(std::array{"/playground", "/zoo", "/engine"},
                             [&](const char* begin) { return route.path.starts_with(begin); });
}

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
       constexpr const char* kHead =
           "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<link rel=\"icon\" href=\"data:,\">\n<title>gradzoo: the playground</title>\n"
           "<link rel=\"stylesheet\" href=\"/playground/style.css\">\n</head>\n<body>\n";
       return {.content_type = "text/html; charset=utf-8",
               .body = std::string(kHead) + kPlaygroundBody +
                       "<script src=\"/playground/script.js\"></script>\n</body>\n</html>\n",
               .headers = {{"Content-Security-Policy", kPlaygroundPolicy}}};
     }},
    {"GET", "/playground/style.css",
     [](const Page&, const HttpRequest&) {
       return text_response("text/css; charset=utf-8",
                            std::string(kReportStyle) + kServeStyle + kPlaygroundStyle);
     }},
    {"GET", "/playground/script.js",
     [](const Page&, const HttpRequest&) {
       std::string script = "globalThis.gradzooServed = true;\n";
       for (const char* part : kPlaygroundScript) script += part;
       return text_response("text/javascript; charset=utf-8", std::move(script));
     }},
    {"GET", "/zoo",
     [](const Page&, const HttpRequest& request) {
       return text_response(kPosted.data(), zoo_file(request.parameter("model"), request.parameter("file")));
     }},
    {"POST", "/engine/ask",
     [](const Page& page, const HttpRequest& request) {
       return text_response("application/json", asked_engine(page, request));
     },
     true},
    {"GET", "/engine/progress",
     [](const Page& page, const HttpRequest& request) {
       return text_response("application/json", page.engines.progress(engine_in(request)));
     }},
    {"POST", "/engine/stop",
     [](const Page& page, const HttpRequest& request) {
       page.engines.stop(engine_in(request));
       return json_response(Json::object());
     }},
    {"GET", "/api/runs",
     [](const Page& page, const HttpRequest&) {
       Json answer = page.runs.description();
       answer["folder"] = page.runs.path();
       answer["computes"] = page.computes;
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
  if (posted && !equal_in_any_case(request.content_type, kPosted))
    return refusal_response(
        415, fmt::format("this content type is not accepted. Hint: send Content-Type: {}", kPosted));
  if (computes(route) && !page.computes) return refusal_response(403, kOnlyHere);
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
  return route != nullptr && route->takes_long && page_.computes && !refused_asker(request, page_) &&
         equal_in_any_case(request.content_type, kPosted);
}

}  // namespace gradzoo
