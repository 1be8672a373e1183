#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "experiments/uses/own_examples.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/training.h"
#include "plot/image.h"
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
           {good + "x", "continues after"},
           {huge, "cut short"},
           {npy_bytes(tensor(twelve, {60, 2})), "not finite"},
           {npy_bytes(ones({40, 3})), "not points in the plane"},
           {npy_bytes(ones({40, 1})), "not points in the plane"},
           {npy_bytes(ones({40, 4, 4})), "not points in the plane"},
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

TEST_CASE("a picture becomes the digit that the command makes of it") {
  Playground playground;
  const ScratchDirectory scratch;
  for (const auto& [height, width] :
       std::initializer_list<std::pair<int, int>>{{31, 70}, {90, 40}, {28, 28}}) {
    Image picture{.width = width, .height = height, .rgb = {}};
    std::string rgba;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const std::initializer_list<int> pixel = {2 * x, 255 - 2 * y, (x * x + y) % 256};
        for (const int value : pixel) picture.rgb.push_back(static_cast<uint8_t>(value));
        for (const int value : pixel) rgba += static_cast<char>(value);
        rgba += static_cast<char>(x);  // an opacity, which the browser has taken into account
      }
    const std::string path = scratch.file("own.png");
    write_png(path, picture);
    const OwnExamples expected = own_examples(std::array{path}, {.example = {28, 28}}, {});
    const auto made = [&](const Json& high, const Json& wide, const std::string& bytes) {
      return answer_of(playground, {{"ask", "picture"}, {"height", high}, {"width", wide}}, bytes);
    };
    const std::string images = made(height, width, rgba).value("images", "");
    REQUIRE(images.size() == 2 * 784);
    for (size_t i = 0; i < 784; ++i)
      REQUIRE(std::strtol(images.substr(2 * i, 2).c_str(), nullptr, 16) ==
              expected.values.data<uint8_t>()[i]);
    for (const Json& bad :
         {made(height, width, rgba + "x"), made(height, width, ""), made(0, 0, ""), made(-1, -1, "1234"),
          made(int64_t{1} << 32, int64_t{1} << 30, ""), made(height, Json(), rgba), made("1", 1, rgba)})
      CHECK_MESSAGE(contains(bad.value("error", ""), "Hint:"), bad.dump().substr(0, 200));
  }
}

TEST_CASE("a run of one's own draws as the command does, and any other is refused while that goes on") {
  Playground playground;
  const ScratchDirectory scratch;
  const auto trained = [&](const char* name, const char* model, std::vector<std::string> settings) {
    settings.insert(settings.end(), {"steps=2", "hidden=8"});
    train_run({.model = model, .assignments = settings, .out = scratch.file(name)});
    return RunDirectory(scratch.file(name));
  };
  const auto text_in = [](const std::string& path) { return read_plain_file(path, 1 << 24); };
  const auto open = [&](const char* name, const std::string& config, const char* file,
                        const std::string& bytes) {
    return answer_of(playground, {{"ask", "open"}, {"name", name}, {"config", config}, {"file", file}},
                     bytes);
  };
  const char* const checkpoint = "checkpoint.safetensors";
  const auto images = [&](int64_t side) {
    const std::string path = scratch.file(fmt::format("{}.npy", side));
    std::vector<double> pixels;
    for (int64_t i = 0; i < 24 * side * side; ++i) pixels.push_back(static_cast<double>(i % 251));
    save_npy(path, tensor(pixels, {24, side, side}, DType::u8));
    return "data=" + path;
  };
  const RunDirectory own = trained("own", "vae", {images(28), "latent=2", "batch=4"});
  const std::string config = text_in(own.config()), bytes = text_in(own.checkpoint());
  const Json about = open("own", config, checkpoint, bytes);
  CHECK_MESSAGE(about.value("step", 0) == 2, about.dump().substr(0, 300));
  const OpenedRun run(own.path(), 0);
  Rng rng = run.sample_stream();
  const std::vector<double> expected = run.model->sample({10, rng}).to_vector();
  const auto drawn = [&] {
    return answer_of(playground, {{"ask", "draw"}, {"name", "own"}, {"n", 10}, {"seed", 0}})
        .value("images", "");
  };
  const std::string first = drawn();
  REQUIRE(first.size() == 2 * expected.size());
  for (size_t i = 0; i < expected.size(); ++i)
    REQUIRE(std::strtol(first.substr(2 * i, 2).c_str(), nullptr, 16) == std::round(255 * expected[i]));

  const RunDirectory plane = trained("plane", "score", {"data=ring8"});
  const RunDirectory small = trained("small", "vae", {images(8), "latent=2", "batch=4"});
  std::string wild = bytes;
  wild.replace(wild.size() - 400, 400, std::string(400, '\xff'));  // NaN
  for (const auto& [answer, words] : std::initializer_list<std::pair<Json, std::string>>{
           {open("x", text_in(plane.config()), checkpoint, text_in(plane.checkpoint())), "a model of digits"},
           {open("x", text_in(small.config()), checkpoint, text_in(small.checkpoint())), "8x8"},
           {open("x", config, checkpoint, text_in(plane.checkpoint())), checkpoint},
           {open("x", text_in(plane.config()), checkpoint, bytes), checkpoint},
           {open("x", config, "weights.safetensors", bytes), "weights.safetensors"},
           {open("x", config, checkpoint, bytes.substr(0, bytes.size() / 2)), checkpoint},
           {open("x", config, checkpoint, wild), checkpoint},
           {open("x", config, checkpoint, ""), checkpoint},
           {open("x", config + "hidden = 1000000\n", checkpoint, bytes), "config.toml"},
           {open("x", "", checkpoint, bytes), "config.toml"},
           {open("x", bytes, checkpoint, bytes), "config.toml"}}) {
    const std::string error = answer.value("error", "");
    CHECK_MESSAGE((contains(error, words) && contains(error, "x") && contains(error, "Hint:")),
                  words << ": " << answer.dump().substr(0, 300));
  }
  CHECK(drawn() == first);
}
