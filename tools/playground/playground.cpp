#include "tools/playground/playground.h"

#include <functional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/error.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/experiments/labs/lab.h"
#include "gradzoo/explain/expression.h"
#include "tools/playground/functions.h"
#include "tools/playground/played_labs.h"

namespace gradzoo {
namespace {

using Json = nlohmann::json;

template <class T>
T& named(std::map<std::string, std::unique_ptr<T>>& all, const Json& request) {
  const std::string name = request.value("name", "");
  const auto found = all.find(name);
  if (found == all.end()) throw Error("nothing is open as '{}'. Hint: begin or open it first", name);
  return *found->second;
}

Json plane_data() {
  Json out = Json::array();
  for (const ToyInfo& info : known_toys())
    if (make_toy(info.name)->dimensions() == 2 && !make_toy(info.name)->binary())
      out.push_back({{"name", info.name}, {"description", info.description}});
  return out;
}

Json refusal(std::string sentence) { return {{"error", std::move(sentence)}}; }

}  // namespace

Playground::Playground() { set_flush_denormals(true); }

void Playground::tell_progress(std::function<void(double, const std::string&)> done) {
  done_ = std::move(done);
}

std::string Playground::answer(const std::string& request, const std::string& bytes) {
  // What is thrown here never reaches the page: it would be a number there.
  Json out;
  try {
    out = answer_to(Json::parse(request), bytes);
  } catch (const ExpressionError& error) {
    out = refusal(error.sentence());
    out["pointer"] = error.pointer();
  } catch (const Json::exception& error) {
    out = refusal(std::string("a request of the page is damaged: ") + error.what() +
                  ". Hint: load the page again");
  } catch (const std::bad_alloc&) {
    out = refusal("no memory is left. Hint: close other pages, or choose smaller sizes");
  } catch (const std::exception& error) {
    out = refusal(error.what());
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json Playground::answer_to(const Json& request, const std::string& bytes) {
  const std::string ask = request.value("ask", "");
  const auto live = [&]() -> LiveModel& { return named(live_, request); };
  const auto digits = [&]() -> OpenedDigits& { return named(opened_, request); };
  const std::string name = request.value("name", "");
  const auto share = [this](double done) { done_(done, ""); };
  const std::map<std::string_view, std::function<Json()>> answers = {
      {"explain", [&] { return explain_function(request); }},
      {"functions", [] { return known_functions(); }},
      {"check", [&] { return check_rule(request); }},
      {"models",
       [&] {
         return Json{{"models", plane_models()}, {"data", plane_data()}};
       }},
      {"labs",
       [&] {
         return Json{{"labs", Json::parse(labs_json())}};
       }},
      {"lab", [&] { return run_lab(request, [this](const std::string& line) { done_(0, line); }); }},
      {"begin",
       [&] {
         live_.erase(name);  // before another takes its memory
         return (live_[name] = std::make_unique<LiveModel>(request, bytes))->about();
       }},
      {"advance",
       [&] {
         return live().advance(request.value("milliseconds", 100.0), request.value("steps", int64_t{0}));
       }},
      {"frame",
       [&] {
         return live().frame({.cells = request.value("cells", int64_t{64}),
                              .samples = request.value("samples", int64_t{300}),
                              .careful = request.value("careful", false),
                              .game = request.value("game", false)});
       }},
      {"validate", [&] { return live().validate(); }},
      {"paths",
       [&] { return live().paths(request.value("n", int64_t{60}), request.value("most", int64_t{50})); }},
      {"end",
       [&] {
         return Json{{"ended", live_.erase(name)}};
       }},
      {"open",
       [&] {
         opened_.erase(name);
         return (opened_[name] = std::make_unique<OpenedDigits>(name, request, bytes))->about();
       }},
      {"picture", [&] { return digit_of_picture(request, bytes); }},
      {"draw", [&] { return digits().draw(request, share); }},
      {"complete", [&] { return digits().complete(request, share); }},
      {"denoise", [&] { return digits().denoise(request, share); }},
      {"judge", [&] { return digits().judge(request); }},
      {"between", [&] { return digits().between(request); }},
      {"decode", [&] { return digits().decode(request); }}};
  const auto found = answers.find(ask);
  if (found == answers.end())
    throw Error("the page's request '{}' is unknown. Hint: load the page again", ask);
  return found->second();
}

}  // namespace gradzoo
