#include <cmath>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/images/npy.h"
#include "support/error_message.h"
#include "support/paths.h"
#include "support/scratch.h"
#include "tools/playground/playground.h"

using namespace gradzoo;
using namespace gradzoo::test;
using Json = nlohmann::json;

namespace {

Json answer_of(Playground& playground, const Json& request, const std::string& bytes = "") {
  return Json::parse(playground.answer(request.dump(-1, ' ', false, Json::error_handler_t::replace), bytes));
}

}  // namespace

TEST_CASE("a file of points is read as the command reads it, and a bad one refused in the reader's words") {
  Playground playground;
  const ScratchDirectory scratch;
  const std::string before = std::filesystem::current_path().string();
  std::filesystem::current_path(scratch.file(""));
  const auto begin = [&](const std::string& name, const std::string& bytes) {
    return answer_of(playground, {{"ask", "begin"}, {"name", "run"}, {"model", "score"}, {"file", name}},
                     bytes);
  };
  std::vector<double> values;
  for (int i = 0; i < 40; ++i) values.insert(values.end(), {1 + .01 * i, -2 - .02 * (i % 7)});
  const std::string good = npy_bytes(tensor(values, {40, 2}));
  write_file(scratch.file("same.npy"), good);
  const Json expected =
      answer_of(playground,
                {{"ask", "begin"}, {"name", "run"}, {"model", "score"}, {"data", scratch.file("same.npy")}});
  REQUIRE_MESSAGE(expected.value("data", Json()).size() == 1000, expected.dump().substr(0, 300));
  for (const Json& point : expected["data"])
    CHECK((point[0].get<double>() > .9 && point[1].get<double>() < -1.9));
  // whatever it is called: a data set's name, a place elsewhere, no UTF-8
  for (const char* name : {"own.npy", "ring8", "../../own.npy", "a=b \xff\n.npy"}) {
    CAPTURE(name);
    const Json about = begin(name, good);
    CHECK_MESSAGE(about.value("data", Json()) == expected["data"], about.dump().substr(0, 200));
    CHECK(about["box"] == expected["box"]);
    CHECK(!about.contains("truth"));
  }
  CHECK(!std::filesystem::exists(scratch.file("../../own.npy")));

  const std::vector<double> twelve(120, NAN);
  const std::string header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387905, 2), }\n";
  const std::string huge =
      std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + "12345678";
  for (const auto& [bytes, words] : std::initializer_list<std::pair<std::string, std::string>>{
           {good.substr(0, good.size() - 1), "cut short"},
           {good.substr(0, 60), "cut short"},
           {good + "x", "goes on after"},
           {huge, "cut short"},
           {npy_bytes(tensor(twelve, {60, 2})), "not finite"},
           {npy_bytes(ones({40, 3})), "no points of the plane"},
           {npy_bytes(ones({40, 1})), "no points of the plane"},
           {npy_bytes(ones({40, 4, 4})), "no points of the plane"},
           {npy_bytes(ones({40})), "shape"},
           {npy_bytes(ones({3, 2})), "too few"},
           {"1,2\n3,4\n", "neither .npy nor .npz"},
           {"PK\x03\x04 and so on", "own.npy"},
           {"", "neither .npy nor .npz"}}) {
    const std::string error = begin("own.npy", bytes).value("error", "");
    CHECK_MESSAGE((contains(error, "own.npy") && contains(error, words) && contains(error, "Hint:")),
                  words << ": " << error);
  }
  for (const char* name : {"", ".", "..", "/"})
    CHECK_MESSAGE(contains(begin(name, good).value("error", ""), "Hint:"), name);
  CHECK(begin("own.npy", good)["data"] == expected["data"]);
  std::filesystem::current_path(before);
}
