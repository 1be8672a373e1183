#include "tools/playground/playground.h"

#include <cmath>
#include <cstdlib>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/experiments/labs/lab.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/explain/explain_expression.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/gan/gan.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/paths.h"
#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;
using Json = nlohmann::json;

namespace {

Json ask(Playground& playground, const Json& request, const std::string& bytes = "") {
  return Json::parse(playground.answer(request.dump(), bytes));
}

Json begun(Playground& playground, const std::string& model, Json set = Json::array(),
           const char* data = "ring8") {
  set.push_back("steps=60");
  return ask(playground, {{"ask", "begin"}, {"name", "run"}, {"model", model}, {"data", data}, {"set", set}});
}

Json advanced(Playground& playground, int64_t steps) {
  return ask(playground, {{"ask", "advance"}, {"name", "run"}, {"steps", steps}});
}

Json framed(Playground& playground, bool careful = false) {
  return ask(playground,
             {{"ask", "frame"}, {"name", "run"}, {"cells", 32}, {"samples", 50}, {"careful", careful}});
}

std::string zoo_file(const std::string& path) {
  return read_plain_file(source_dir() + "/zoo/" + path, 1 << 22, Links::follow);
}

Json opened(Playground& playground, const std::string& name) {
  return ask(playground, {{"ask", "open"}, {"name", name}, {"config", zoo_file(name + "/config.toml")}},
             zoo_file(name + "/weights.safetensors"));
}

/// The same run as the page's, by hand.
struct Twin {
  Twin(const std::string& model, std::vector<std::string> set) {
    options = run_options(model, set);
    session = std::make_unique<Session>(*options);
    struct : TrainObserver {
      void on_log(const LogRow&) override {}
      void on_epoch(int64_t) override {}
      bool should_stop(int64_t) override { return false; }
    } quiet;
    session->train(quiet);
  }
  std::unique_ptr<RunOptions> options;
  std::unique_ptr<Session> session;
};

/// (cells^2, 2): the middles of a picture's cells, from the lowest row up.
Tensor middles(const Json& box, int64_t cells) {
  Tensor points = zeros({cells * cells, 2});
  for (int64_t row = 0; row < cells; ++row)
    for (int64_t column = 0; column < cells; ++column) {
      float* point = points.mutable_data<float>() + 2 * (row * cells + column);
      const auto along = [&](int64_t i, size_t low) {
        const double begin = box[low], end = box[low + 1];
        return static_cast<float>(begin +
                                  (static_cast<double>(i) + .5) / static_cast<double>(cells) * (end - begin));
      };
      point[0] = along(column, 0);
      point[1] = along(row, 2);
    }
  return points;
}

/// Whether bytes are these values, the largest 255.
void check_bytes(const Json& bytes, const Tensor& values) {
  const std::vector<double> expected = (values * (255 / max(values).item())).to_vector();
  REQUIRE(bytes.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) REQUIRE(std::abs(bytes[i].get<double>() - expected[i]) < 1);
}

double byte_at(const std::string& images, size_t pixel) {
  return static_cast<double>(std::strtol(images.substr(2 * pixel, 2).c_str(), nullptr, 16));
}

std::string black(size_t images) { return std::string(images * 28 * 28 * 2, '0'); }

}  // namespace

TEST_CASE("a page's function is explained as the command explains it, and what is wrong is pointed at") {
  Playground playground;
  const Json found =
      ask(playground, {{"ask", "explain"}, {"expression", "x^y"}, {"at", "x=2, y=3"}, {"order", 2}});
  const Explanation expected = explain_expression({"x^y", "x=2, y=3", 2});
  CHECK(found["text"] == expected.text);
  CHECK(found["html"] == expected.html);
  CHECK(found["program"] == expected.program);
  const Json wrong = ask(playground, {{"ask", "explain"}, {"expression", "sin(x"}, {"at", "x=1"}});
  CHECK_MESSAGE(contains(wrong.value("error", ""), "Hint:"), wrong.dump());
  CHECK_MESSAGE(contains(wrong.value("pointer", ""), "^"), wrong.dump());
}

TEST_CASE("a run in a page is the command's, and whoever looks on changes nothing") {
  Playground playground;
  const std::vector<std::string> set = {"data=ring8", "steps=60"};
  const std::unique_ptr<RunOptions> options = run_options("score", set);
  Session session(*options, {.log_every = 1});
  struct Losses : TrainObserver {
    void on_log(const LogRow& row) override { losses.push_back(row.metrics[0]); }
    void on_epoch(int64_t) override {}
    bool should_stop(int64_t) override { return false; }
    std::vector<double> losses;
  } expected;
  session.train(expected);
  REQUIRE(begun(playground, "score")["steps"] == 60);
  std::vector<double> losses;
  const auto keep = [&](const Json& answer) {
    for (const Json& row : answer["rows"]) {
      CHECK(row[0] == losses.size() + 1);
      losses.push_back(row[1]);
    }
  };
  keep(advanced(playground, 7));
  framed(playground);
  framed(playground, true);
  const Json by_time = ask(playground, {{"ask", "advance"}, {"name", "run"}, {"milliseconds", 0}});
  CHECK(by_time["step"] == 8);  // one at least
  keep(by_time);
  framed(playground);
  const Json last = advanced(playground, 1000);
  keep(last);
  CHECK(last["done"] == true);
  CHECK(last["step"] == 60);
  CHECK(losses == expected.losses);
}

TEST_CASE("every model of the plane learns, is drawn, and draws") {
  Playground playground;
  const Json known = ask(playground, {{"ask", "models"}});
  CHECK(known["models"].size() >= 13);
  for (const Json& entry : known["models"]) {
    const std::string model = entry["name"];
    CAPTURE(model);
    const Json about = begun(playground, model);
    CHECK_MESSAGE(!about.contains("error"), about.dump().substr(0, 300));
    CHECK(about["data"].size() == 1000);
    for (const Json& setting : entry["set"]) {
      const auto text = setting.get<std::string>();
      bool found = false;
      for (const Json& option : about["options"])
        found = found || option["key"].get<std::string>() + "=" + option["value"].get<std::string>() == text;
      CHECK_MESSAGE(found, text);
    }
    CHECK(advanced(playground, 3)["step"] == 3);
    for (const bool careful : {false, true}) {
      if (careful && (model == "ebm" || model == "dae" || model == "dde" || model == "score"))
        continue;  // seconds
      const Json frame = framed(playground, careful);
      CHECK_MESSAGE(!frame.contains("error"), frame.dump().substr(0, 300));
      CHECK(frame["samples"].size() == 50);
      const std::string shown = frame.value("shown", "");
      if (shown == "score")
        CHECK(frame["arrows"].size() == 400);
      else if (!shown.empty())
        CHECK(frame["values"].size() == 32 * 32);
      else
        CHECK(model == "vae");
      CHECK((shown == "D") == (model == "gan"));
      CHECK(frame.contains("kl") == (careful && shown == "density"));
    }
  }
  CHECK(ask(playground, {{"ask", "end"}, {"name", "run"}})["ended"] == 1);
  CHECK(contains(framed(playground).value("error", ""), "Hint:"));
}

TEST_CASE("pictures show what the same run has learned, where it is, and their KL is quadrature's") {
  Playground playground;
  const NoGrad quiet;
  const Json about = begun(playground, "nce", Json::array(), "two-moons");
  const std::shared_ptr<const Toy> toy = make_toy("two-moons");
  const Box box = visible_box(*toy);
  const Json &truth = about["truth"], &ends = about["box"];
  CHECK(ends == Json({box.low[0], box.high[0], box.low[1], box.high[1]}));
  check_bytes(truth["values"], exp(toy->log_prob(middles(ends, truth["cells"]))));

  advanced(playground, 60);
  Twin nce("nce", {"data=two-moons", "steps=60"});
  const Json frame = framed(playground, true);
  {
    const Abilities abilities = nce.session->model->abilities();
    const auto log_q = [&](const Tensor& x) { return log_prob_of(abilities.target, x); };
    check_bytes(frame["values"], exp(log_q(middles(ends, 32))));
    CHECK(frame["kl"].get<double>() == approx(density_fit(*toy, log_q).kl).epsilon(.02));
  }

  begun(playground, "flow-matching");
  advanced(playground, 60);
  Twin flow("flow-matching", {"hidden=128,128", "batch=500", "data=ring8", "steps=60"});
  const Json arrows = framed(playground)["arrows"];
  std::vector<double> tails, heads;
  for (const Json& arrow : arrows) {
    tails.insert(tails.end(), {arrow[0].get<double>(), arrow[1].get<double>()});
    heads.insert(heads.end(), {arrow[2].get<double>(), arrow[3].get<double>()});
  }
  const Tensor score = score_of(flow.session->model->abilities().target, tensor(tails, {400, 2}, DType::f32));
  CHECK(sum(square(score - tensor(heads, {400, 2}, DType::f32))).item() < 1e-3 * sum(square(score)).item());

  const Json ring = begun(playground, "gan")["box"];
  advanced(playground, 60);
  Twin gan("gan", {"data=ring8", "steps=60"});
  const Abilities held = gan.session->model->abilities();  // as long as they live, weights are their averages
  const Tensor scores = dynamic_cast<Gan&>(*gan.session->model).discriminator()(middles(ring, 32));
  check_bytes(framed(playground)["values"], sigmoid(reshape(scores, {32 * 32})));
}

TEST_CASE("while it trains, chains walk on from where they were seen last") {
  Playground playground;
  begun(playground, "ebm");
  advanced(playground, 3);
  const Json first = framed(playground)["samples"], second = framed(playground)["samples"],
             third = framed(playground)["samples"];
  const auto apart = [](const Json& a, const Json& b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i)
      sum += std::hypot(a[i][0].get<double>() - b[i][0].get<double>(),
                        a[i][1].get<double>() - b[i][1].get<double>());
    return sum / static_cast<double>(a.size());
  };
  CHECK(apart(first, second) > 0);
  CHECK(apart(second, third) < apart(first, third) + apart(first, second));
  CHECK(apart(first, second) < 1);  // thirty short steps, not chains of their own
}

TEST_CASE("points drawn by hand are what is learned") {
  Playground playground;
  Json points = Json::array();
  for (int i = 0; i < 40; ++i) points.push_back({1 + .01 * i, -2 - .02 * (i % 7)});
  const auto begin = [&](const Json& drawn) {
    return ask(
        playground,
        {{"ask", "begin"}, {"name", "run"}, {"model", "realnvp"}, {"points", drawn}, {"set", {"steps=300"}}});
  };
  const ScratchDirectory scratch;
  const std::string before = std::filesystem::current_path().string();
  std::filesystem::current_path(scratch.file(""));
  const Json about = begin(points);
  CHECK_MESSAGE(!about.contains("truth"), about.dump().substr(0, 300));
  CHECK(about["box"][0].get<double>() < 1);
  CHECK(about["box"][3].get<double>() > -2);
  for (const Json& point : about["data"])
    CHECK((point[0].get<double>() > .9 && point[1].get<double>() < -1.9));
  advanced(playground, 300);
  double x = 0, y = 0;
  const Json samples = framed(playground)["samples"];
  for (const Json& sample : samples) {
    x += sample[0].get<double>() / 50;
    y += sample[1].get<double>() / 50;
  }
  CHECK(std::abs(x - 1.195) < .2);
  CHECK(std::abs(y + 2.06) < .2);
  for (const Json& bad : {Json(3), Json::array({Json::array({1, 2})}), Json(std::vector<Json>(20, {1, "a"})),
                          Json(std::vector<Json>(20, {1, 2, 3})), Json(std::vector<Json>(30'000, {1, 2}))})
    CHECK_MESSAGE(contains(begin(bad).value("error", ""), "Hint:"), bad.dump().substr(0, 60));
  std::filesystem::current_path(before);
}

TEST_CASE("a model that comes trained draws the command's digits, completes, judges and decodes") {
  Playground playground;
  const Json about = opened(playground, "vae");
  CHECK(about["can"] == Json({"samples", "judge", "between", "decode"}));
  const Json drawn = ask(playground, {{"ask", "draw"}, {"name", "vae"}, {"n", 10}, {"seed", 0}});
  OpenedRun run(source_dir() + "/zoo/vae", 0);
  Rng rng = run.sample_stream();
  const std::vector<double> expected = run.model->sample({10, rng}).to_vector();
  const std::string images = drawn["images"];
  REQUIRE(images.size() == 2 * expected.size());
  for (size_t i = 0; i < expected.size(); ++i) REQUIRE(byte_at(images, i) == std::round(255 * expected[i]));

  CHECK(ask(playground, {{"ask", "draw"}, {"name", "vae"}, {"n", 10}, {"seed", 5}})["images"] !=
        drawn["images"]);

  const std::string first = images.substr(0, 2 * 784);
  const Json judged = ask(playground, {{"ask", "judge"}, {"name", "vae"}, {"images", first + black(1)}});
  CHECK(judged["values"].size() == 2);
  CHECK(judged["values"][0] != judged["values"][1]);
  const Json between = ask(playground, {{"ask", "between"}, {"name", "vae"}, {"images", first + black(1)}});
  CHECK(between["images"].get<std::string>().size() == 10 * first.size());

  // the decoder's mean of the encoder's code is the end of that row
  auto& vae = *run.model;
  const NoGrad quiet;
  std::vector<double> pixels;
  for (size_t i = 0; i < first.size(); i += 2) pixels.push_back(byte_at(first, i / 2) / 255.0);
  const Tensor code = vae.abilities().encode(tensor(pixels, {1, 784}, DType::f32));
  const Json decoded =
      ask(playground, {{"ask", "decode"}, {"name", "vae"}, {"codes", Json::array({code.to_vector()})}});
  const std::string start = between["images"].get<std::string>().substr(0, first.size());
  CHECK(decoded["images"] == start);

  REQUIRE(!opened(playground, "made").contains("error"));
  std::string known(first.size(), '0');
  for (size_t i = 0; i < known.size() / 2; i += 2) known[i + 1] = '1';  // the upper half
  const Json completed =
      ask(playground, {{"ask", "complete"}, {"name", "made"}, {"images", first}, {"known", known}, {"n", 3}});
  const std::string filled = completed["images"];
  REQUIRE(filled.size() == 3 * first.size());
  for (size_t image = 0; image < 3; ++image)
    CHECK(filled.substr(image * first.size(), first.size() / 2) == first.substr(0, first.size() / 2));
  CHECK(filled.substr(0, first.size()) != filled.substr(first.size(), first.size()));

  REQUIRE(opened(playground, "flow-matching")["labels"].size() == 10);
  const auto sevens = [&](int label) {
    return ask(playground, {{"ask", "draw"}, {"name", "flow-matching"}, {"n", 2}, {"label", label}});
  };
  CHECK(sevens(7)["images"] != sevens(1)["images"]);
  CHECK(contains(sevens(11).value("error", ""), "Hint:"));
  const Json cleaned =
      ask(playground, {{"ask", "denoise"}, {"name", "flow-matching"}, {"images", first}, {"sigma", .3}});
  const auto distance = [&](const std::string& text) {
    double sum = 0;
    for (size_t i = 0; i < pixels.size(); ++i) sum += std::abs(byte_at(text, i) / 255.0 - pixels[i]);
    return sum;
  };
  CHECK(distance(cleaned["images"]) < .5 * distance(cleaned["noisy"]));
  const Json hardly =
      ask(playground, {{"ask", "denoise"}, {"name", "flow-matching"}, {"images", first}, {"sigma", .03}});
  CHECK(distance(hardly["noisy"]) < .2 * distance(cleaned["noisy"]));
}

TEST_CASE("a lab is run with its knobs, and is a page") {
  Playground playground;
  const Json list = ask(playground, {{"ask", "labs"}})["labs"];
  CHECK(list.size() == labs().size());
  CHECK(list[0]["name"] == "coin");
  const auto run = [&](const Json& knobs, int64_t seed) {
    return ask(playground, {{"ask", "lab"}, {"lab", "coin"}, {"seed", seed}, {"knobs", knobs}});
  };
  const Json plain = run(Json::array(), 0), other = run(Json::array(), 1);
  const LabResult expected = find_lab("coin").run({.seed = 0});
  CHECK_MESSAGE(contains(plain["text"].get<std::string>(), expected.exercise.substr(0, 20)), plain["text"]);
  CHECK(contains(plain["html"].get<std::string>(), "data:image/svg+xml"));
  CHECK(plain["text"] != other["text"]);
  const std::string key = list[0]["knobs"][0]["name"];
  const Json turned = run({key + "=" + list[0]["knobs"][0]["value"].get<std::string>()}, 0);
  CHECK(contains(turned["html"].get<std::string>(), key));
  CHECK(contains(run({key + "=much"}, 0).value("error", ""), "Hint:"));
  CHECK(contains(run(Json::array(), -1).value("error", ""), "Hint:"));
  CHECK(contains(ask(playground, {{"ask", "lab"}, {"lab", "coins"}}).value("error", ""), "coin"));
}

TEST_CASE("whatever the page sends, the answer is a sentence") {
  Playground playground;
  const auto refused = [&](const std::string& request, const std::string& bytes = "") {
    const std::string answer = playground.answer(request, bytes);
    const Json read = Json::parse(answer);
    CHECK_MESSAGE(contains(read.value("error", ""), "Hint:"), request.substr(0, 80)
                                                                  << " -> " << answer.substr(0, 200));
  };
  for (const char* request : {"",
                              "nonsense",
                              "[]",
                              "3",
                              "null",
                              R"({"ask": 3})",
                              R"({"ask": "fly"})",
                              R"({"ask": "explain"})",
                              R"({"ask": "explain", "expression": 3})",
                              R"({"ask": "begin"})",
                              R"({"ask": "begin", "model": "scor", "data": "ring8"})",
                              R"({"ask": "begin", "model": "score", "data": "ring9"})",
                              R"({"ask": "begin", "model": "score", "data": "gamma"})",
                              R"({"ask": "begin", "model": "score", "set": ["lr"]})",
                              R"({"ask": "begin", "model": "score", "set": ["lr=-1"]})",
                              R"({"ask": "begin", "model": "score", "set": [7]})",
                              R"({"ask": "begin", "model": "classifier", "data": "ring8"})",
                              R"({"ask": "advance", "name": "x"})",
                              R"({"ask": "draw", "name": "x"})",
                              R"({"ask": "open", "name": "x", "config": "model = \"vae\"\n"})",
                              R"({"ask": "open", "name": "x", "config": ""})",
                              R"({"ask": "open", "name": "x"})"})
    refused(request);
  const std::string config = zoo_file("vae/config.toml"), weights = zoo_file("vae/weights.safetensors");
  const std::string open = Json({{"ask", "open"}, {"name", "vae"}, {"config", config}}).dump();
  refused(open, weights.substr(0, weights.size() / 2));
  refused(open, zoo_file("gan/weights.safetensors"));
  refused(Json({{"ask", "open"}, {"name", "vae"}, {"config", config + "hidden = 1000000\n"}}).dump(),
          weights);
  REQUIRE(!opened(playground, "vae").contains("error"));
  for (const char* request :
       {R"({"ask": "draw", "name": "vae", "n": 0})", R"({"ask": "draw", "name": "vae", "n": 1e9})",
        R"({"ask": "draw", "name": "vae", "seed": -1})",
        R"({"ask": "draw", "name": "vae", "seed": 9007199254740992})",
        R"({"ask": "complete", "name": "vae", "images": "", "known": ""})",
        R"({"ask": "judge", "name": "vae", "images": "00"})", R"({"ask": "judge", "name": "vae"})",
        R"({"ask": "decode", "name": "vae", "codes": []})",
        R"({"ask": "decode", "name": "vae", "codes": [[1, 2]]})",
        R"({"ask": "decode", "name": "vae", "codes": "x"})"})
    refused(request);
  refused(Json({{"ask", "judge"}, {"name", "vae"}, {"images", std::string(784 * 2, 'g')}}).dump());
  refused(Json({{"ask", "between"}, {"name", "vae"}, {"images", black(1)}}).dump());
}
