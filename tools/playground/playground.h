#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tools/playground/live_model.h"
#include "tools/playground/opened_digits.h"

namespace gradzoo {

/// The engine behind a web page. Requests, which have a field "ask", and answers are JSON texts. The page and
/// the tests without a page use only this class. docs/playground.md lists the requests.
class Playground {
 public:
  Playground();

  /// Returns the answer. On failure it is {"error": one sentence with a hint}; for a wrong expression it also
  /// has "pointer", two lines that mark the place. `bytes` is the content of the file that a request sends.
  std::string answer(const std::string& request, const std::string& bytes);
  /// During "draw", "complete" and "denoise", calls `done` with the completed share, in [0, 1]; during "lab"
  /// with a line about the progress.
  void tell_progress(std::function<void(double share, const std::string& line)> done);

 private:
  nlohmann::json answer_to(const nlohmann::json& request, const std::string& bytes);

  std::function<void(double, const std::string&)> done_ = [](double, const std::string&) {};
  std::map<std::string, std::unique_ptr<LiveModel>> live_;       // models under the page's names
  std::map<std::string, std::unique_ptr<OpenedDigits>> opened_;  // digits under the page's names
};

}  // namespace gradzoo
