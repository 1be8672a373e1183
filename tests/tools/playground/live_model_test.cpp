#include "tools/playground/live_model.h"

#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/models/gan/gan.h"
#include "gradzoo/models/registry.h"
#include "gradzoo/models/run/session.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;
using Json = nlohmann::json;

namespace {

Json request(const std::string& model, const char* steps) {
  return {{"model", model}, {"data", "ring8"}, {"set", {std::string("steps=") + steps, "seed=3"}}};
}

/// The root mean square of the points' distances from the circle of ring8's modes.
double off_ring(const Json& points) {
  double sum = 0;
  for (const Json& point : points)
    sum += std::pow(std::hypot(point[0].get<double>(), point[1].get<double>()) - 1, 2);
  return std::sqrt(sum / static_cast<double>(points.size()));
}

}  // namespace

TEST_CASE("paths lead from noise to what the model draws, and only models that have one show it") {
  for (const std::string model : {"flow-matching", "ddpm", "ncsn"}) {
    LiveModel live(request(model, "300"));
    live.advance(0, 300);
    const Json states = live.paths(50, 20)["states"];
    CAPTURE(model);
    CHECK((states.size() > 5 && states.size() <= 20));
    for (const Json& state : states) CHECK(state.size() == 50);
    CHECK(off_ring(states.back()) < 0.8 * off_ring(states.front()));
    // The last state is a draw of the model's own sampler from the same stream.
    CHECK(live.paths(50, 3)["states"].back() == states.back());
    CHECK(live.paths(50, 3)["states"].front() == states.front());
  }
  LiveModel gan(request("gan", "10"));
  CHECK(contains(error_message([&] { gan.paths(10, 10); }), "has no path from noise to data. Hint: choose"));
}

TEST_CASE("a GAN's game: codes under G where G puts them, and D's gradient by differences") {
  LiveModel live(request("gan", "200"));
  live.advance(0, 200);
  const Json frame = live.frame({.cells = 8, .samples = 10, .careful = false, .game = true});
  // The same run by hand.
  const auto options = run_options("gan", std::vector<std::string>{"data=ring8", "steps=200", "seed=3"});
  Session session(*options, {.log_every = 1});
  struct Quiet : TrainObserver {
    void on_log(const LogRow&) override {}
    void on_epoch(int64_t) override {}
    bool should_stop(int64_t) override { return false; }
  } quiet;
  session.train(quiet);
  auto& gan = dynamic_cast<Gan&>(*session.model);
  const Abilities averaged = gan.abilities();
  const PointUnits& units = gan.units();
  REQUIRE(frame["grid"].size() == 13);
  Rng rng(0, "codes");
  const auto under = [&](double a, double b) {
    Tensor code = zeros({1, gan.generator().draw_codes(1, rng).dim(1)});
    code.mutable_data<float>()[0] = static_cast<float>(a);
    code.mutable_data<float>()[1] = static_cast<float>(b);
    return units.to_data(gan.generator()(code)).to_vector();
  };
  for (const auto& [row, column] : {std::pair{0, 0}, {3, 9}, {12, 0}, {12, 12}}) {
    const std::vector<double> point = under(4.0 * row / 12 - 2, 4.0 * column / 12 - 2);
    const Json& shown = frame["grid"][static_cast<size_t>(row)][static_cast<size_t>(column)];
    for (size_t k = 0; k < 2; ++k) CHECK(std::abs(shown[k].get<double>() - point[k]) < 2e-3);
  }
  const auto score = [&](double x, double y) {
    return gan.discriminator()(units.to_model(tensor({x, y}, {1, 2}, DType::f32))).item();
  };
  int looked_at = 0;
  for (const Json& pull : frame["pulls"]) {
    const double x = pull[0], y = pull[1], h = 0.01;
    const double length = std::hypot(pull[2].get<double>(), pull[3].get<double>());
    if (length < 0.05) continue;
    const double along =
        (score(x + h * pull[2].get<double>() / length, y + h * pull[3].get<double>() / length) -
         score(x - h * pull[2].get<double>() / length, y - h * pull[3].get<double>() / length)) /
        (2 * h);
    CHECK(along > 0);
    ++looked_at;
  }
  CHECK(looked_at > 20);
  CHECK(!live.frame({.cells = 8, .samples = 10}).contains("grid"));
  CHECK(frame["shown"] == "D");
  Json other = request("gan", "10");
  other["set"].push_back("loss=wgan-gp");
  CHECK(LiveModel(other).frame({.cells = 8, .samples = 10})["shown"] == "critic");
}

TEST_CASE("what is held out is measured as the run's validation measures it") {
  LiveModel live(request("score", "50"));
  live.advance(0, 50);
  const Json found = live.validate();
  CHECK(found["step"] == 50);
  REQUIRE(!found["held_out"].empty());
  const Json& loss = found["held_out"][0];
  CHECK(loss["curve"] == 0);
  CHECK(loss["value"].is_number());
}

TEST_CASE("fewer points are refused than the training that follows would refuse") {
  const ScratchDirectory scratch;  // where the points are written
  const std::string before = std::filesystem::current_path().string();
  std::filesystem::current_path(scratch.file(""));
  Json points = Json::array();
  for (int i = 0; i < 13; ++i) points.push_back({i, i * i % 7});
  const auto refusal = [&](const Json& model) {
    const Json wanted = {{"model", model}, {"points", points}};
    return error_message([&] { const LiveModel live(wanted); });
  };
  CHECK(contains(refusal("gan"), "there are 13 points. Hint: give 14 to"));
  points.push_back({13, 2});
  CHECK(refusal("gan") == "");
  for (const Json& model : plane_models()) {
    CAPTURE(model["name"].dump());
    const bool needs_density = contains(refusal(model["name"]), "have no density");
    CHECK(model["needs_density"] == needs_density);
  }
  std::filesystem::current_path(before);
}
