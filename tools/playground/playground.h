#pragma once

#include <map>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tools/playground/live_model.h"
#include "tools/playground/opened_digits.h"

namespace gradzoo {

/// The engine as a web page asks it: a request is a text of JSON with a field "ask", and so is its answer.
/// The page, and every test without one, talk to it alone. docs/playground.md lists the requests.
class Playground {
 public:
  Playground();

  /// The answer; {"error": a sentence with a hint} where there is none, with "pointer", two lines that point
  /// into an expression, where that is at fault. `bytes` are of a file that the request brings.
  std::string answer(const std::string& request, const std::string& bytes);

 private:
  nlohmann::json answer_to(const nlohmann::json& request, const std::string& bytes);

  std::map<std::string, std::unique_ptr<LiveModel>> live_;       // by the page's names
  std::map<std::string, std::unique_ptr<OpenedDigits>> opened_;  // likewise
};

}  // namespace gradzoo
