#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/approx.h"
#include "support/error_message.h"
#include "support/paths.h"
#include "support/process.h"
#include "support/scratch.h"
#include "tools/playground/playground.h"

using namespace gradzoo;
using namespace gradzoo::test;
using Json = nlohmann::json;

namespace {

std::string worker() { return source_dir() + "/build/playground/worker.js"; }

// By emscripten: tools/playground/build.
bool is_built() {
  if (std::filesystem::exists(worker()) && std::system("node --version > /dev/null 2>&1") == 0) return true;
  MESSAGE("left out: there is no playground, or no node. Hint: tools/playground/build");
  return false;
}

/// What the page's worker answers to these requests in turn.
Json answers_of(const Json& requests) {
  const ScratchDirectory scratch;
  write_file(scratch.file("requests.json"), requests.dump());
  const ProcessResult node =
      run_process({"/usr/bin/env", "node", source_dir() + "/tests/tools/playground/worker.js", worker(),
                   source_dir() + "/build/playground/playground.wasm", scratch.file("requests.json")},
                  scratch.file(""));
  REQUIRE_MESSAGE(node.status == 0, node.err.substr(std::max<size_t>(node.err.size(), 500) - 500));
  return Json::parse(node.out);
}

// Each byte as the character of its number.
std::string latin1(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) text += static_cast<char>(0xc0 | byte >> 6);
    text += static_cast<char>(byte < 0x80 ? byte : 0x80 | (byte & 0x3f));
  }
  return text;
}

// A .npy file of doubles with this shape, and these bytes as data.
std::string npy_of(const std::string& shape, const std::string& data) {
  std::string header = fmt::format("{{'descr': '<f8', 'fortran_order': False, 'shape': {}, }}", shape);
  header.resize(118, ' ');
  return "\x93NUMPY\x01" + std::string(1, '\0') + "v" + std::string(1, '\0') + header + data;
}

// With bytes changed, numbers put in at which 32 bits end, or an end cut off.
std::string mutated(std::string bytes, std::mt19937& random) {
  constexpr int64_t kNumbers[] = {0,           -1,          0x7fffffff, 0x80000000, 0xffffffff,
                                  0x100000000, 0x100000001, 1L << 61,   INT64_MAX};
  for (uint64_t change = 1 + random() % 3; change > 0; --change) {
    const int64_t number = kNumbers[random() % std::size(kNumbers)];
    const size_t at = random() % (random() % 2 == 0 ? bytes.size() : std::min<size_t>(bytes.size(), 600)),
                 digits = bytes.find_first_of("0123456789", at);
    switch (random() % 4) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.replace(at, 8, reinterpret_cast<const char*>(&number), 8);
        break;
      case 2:
        if (digits != std::string::npos)
          bytes.replace(digits, bytes.find_first_not_of("0123456789", digits) - digits,
                        fmt::format("{}", number));
        break;
      default:
        bytes.resize(std::max<size_t>(
            1, random() % 2 == 0 ? at : bytes.size() - random() % std::min<size_t>(bytes.size(), 40)));
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("the page's engine answers as this one on portable kernels") {
  if (!is_built()) return;
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
  const Json answers = answers_of(requests);
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

TEST_CASE("what has no room in a page is refused in words, and the engine goes on") {
  if (!is_built()) return;
  const auto begin = [](const char* setting) {
    return Json{{"ask", "begin"}, {"name", "run"}, {"model", "score"}, {"data", "ring8"}, {"set", {setting}}};
  };
  // 2^32 numbers, whose count a size_t of 32 bits takes for none; more than there is; what goes.
  const Json answers =
      answers_of({begin("hidden=65536,65536"), begin("hidden=20000,20000"), begin("hidden=8,8")});
  for (size_t i = 0; i < 2; ++i)
    CHECK_MESSAGE(answers[i].value("error", "").find("Hint:") != std::string::npos,
                  answers[i].dump().substr(0, 200));
  CHECK(answers[2].value("steps", 0) == 4000);
}

TEST_CASE("headers that promise what 32 bits do not count are refused in words") {
  if (!is_built()) return;
  Json requests = Json::array();
  for (const char* shape : {"(4294967296, 2)", "(1152921504606846976, 2)", "(2147483648, 2)",
                            "(4611686018427387904, 4)", "(65536, 65536)", "(4294967297, 1)"}) {
    requests.push_back({{"ask", "begin"},
                        {"name", "run"},
                        {"model", "gan"},
                        {"file", "mine.npy"},
                        {"bytes", latin1(npy_of(shape, std::string(32, 'a')))}});
  }
  requests.push_back({{"ask", "models"}});
  const Json answers = answers_of(requests);
  for (size_t i = 0; i + 1 < requests.size(); ++i)
    CHECK_MESSAGE(contains(answers[i].value("error", ""), "it is cut short. Hint:"), answers[i].dump());
  CHECK(answers.back().contains("models"));
}

TEST_CASE("files that are changed at random are read and refused by 32 bits as by 64") {
  if (!is_built()) return;
  std::mt19937 random(62);
  Json requests = Json::array();
  std::vector<std::string> files;
  const auto add = [&](Json request, std::string bytes) {
    request["bytes"] = latin1(bytes);
    requests.push_back(std::move(request));
    files.push_back(std::move(bytes));
  };
  const std::string zoo = source_dir() + "/zoo/vae-plane/", corpus = source_dir() + "/tests/fuzz/corpus/npy/";
  const std::string config = read_file(zoo + "config.toml"), weights = read_file(zoo + "weights.safetensors");
  const std::string points = npy_of("(20, 2)", std::string(320, '?'));
  for (int i = 0; i < 150; ++i)
    add({{"ask", "open"}, {"name", "m"}, {"config", config}}, i == 0 ? weights : mutated(weights, random));
  for (int i = 0; i < 50; ++i)
    add({{"ask", "open"}, {"name", "m"}, {"config", latin1(mutated(config, random))}}, weights);
  for (int i = 0; i < 200; ++i) {
    const char* const names[] = {"absurd", "big_endian", "fortran", "half"};
    const std::string file = i % 2 == 0 ? points : read_file(corpus + names[i / 2 % 4] + ".npy");
    add({{"ask", "begin"}, {"name", "run"}, {"model", "score"}, {"file", "a.npy"}},
        i < 8 ? file : mutated(file, random));
  }
  const Json answers = answers_of(requests);
  Playground playground;
  const ScratchDirectory scratch;
  std::filesystem::current_path(scratch.file(""));
  int refused = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    Json request = requests[i];
    request.erase("bytes");
    const Json here = Json::parse(playground.answer(request.dump(), files[i]));
    const std::string error = here.value("error", ""), there = answers[i].value("error", "");
    refused += !error.empty();
    if (!contains(there, "no memory is left")) CHECK_MESSAGE(error == there, request.dump().substr(0, 300));
  }
  CHECK(refused > 200);
  CHECK(refused < 390);
}
