#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/approx.h"
#include "support/paths.h"
#include "support/process.h"
#include "support/scratch.h"
#include "tools/playground/playground.h"

using namespace gradzoo;
using namespace gradzoo::test;
using Json = nlohmann::json;

// By emscripten, where it has built the page: tools/playground/build.
TEST_CASE("the page's engine answers as this one on portable kernels") {
  const std::string built = source_dir() + "/build/playground/worker.js";
  if (!std::filesystem::exists(built) || std::system("node --version > /dev/null 2>&1") != 0) {
    MESSAGE("left out: there is no playground, or no node. Hint: tools/playground/build");
    return;
  }
  Json requests = Json::array({{{"ask", "check"}, {"f", "x^3"}, {"rule", "3*x^2"}, {"at", {-1, 0, 2}}}});
  for (const auto& [expression, at] : std::initializer_list<std::pair<const char*, const char*>>{
           {"sin(x^2)*exp(-y)", "x=.8, y=.3"},
           {"x^y", "x=0, y=2"},
           {"x^x", "x=2"},
           {"norm(x)", "x=[3,4]"},
           {"atan2(y, x)", "x=1, y=2"},
           {"log(1 + exp(-y*(w*x + b)))", "y=1, w=.5, x=2, b=-1"},
           {"logsumexp(x)", "x=[1,2,3]"},
           {"lgamma(x)*erf(x)", "x=1.5"},
           {"solve(A, b)'*b", "A=[[2,1],[1,3]], b=[1,2]"}})
    requests.push_back({{"ask", "explain"}, {"expression", expression}, {"at", at}, {"order", 2}});
  for (const char* model : {"score", "nce", "flow-matching", "vae", "realnvp", "gan", "ebm"}) {
    requests.push_back(
        {{"ask", "begin"}, {"name", "run"}, {"model", model}, {"data", "ring8"}, {"set", {"steps=50"}}});
    requests.push_back({{"ask", "advance"}, {"name", "run"}, {"steps", 50}});
  }
  const ScratchDirectory scratch;
  write_file(scratch.file("requests.json"), requests.dump());
  const ProcessResult node =
      run_process({"/usr/bin/env", "node", source_dir() + "/tests/tools/playground/worker.js", built,
                   source_dir() + "/build/playground/playground.wasm", scratch.file("requests.json")},
                  scratch.file(""));
  REQUIRE_MESSAGE(node.status == 0, node.err.substr(std::max<size_t>(node.err.size(), 500) - 500));
  const Json answers = Json::parse(node.out);
  Playground playground;
  for (size_t i = 0; i < requests.size(); ++i) {
    const Json here = Json::parse(playground.answer(requests[i].dump(), ""));
    CAPTURE(requests[i].dump());
    if (requests[i]["ask"] != "advance") {
      for (const char* field : {"text", "program", "right", "steps", "parameters", "metrics"})
        CHECK_MESSAGE(here.value(field, Json()) == answers[i].value(field, Json()), field);
      continue;
    }
    REQUIRE(here["rows"].size() == answers[i]["rows"].size());
    double largest = 0, error = 0;
    for (size_t row = 0; row < here["rows"].size(); ++row) {
      const double loss = here["rows"][row][1], there = answers[i]["rows"][row][1];
      largest = std::max(largest, std::abs(loss));
      error = std::max(error, std::abs(loss - there));
    }
    CAPTURE(requests[i - 1].dump());
    // Of an energy whose chains accept or refuse, and whose loss is what is left of two energies, less stays.
    CHECK(error < (requests[i - 1]["model"] == "ebm" ? 1e-3 : 1e-6) * largest);
  }
}
