#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "datasets/toys/point_set.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/models/base/density_quantities.h"
#include "models/dae/dae.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/take_over.h"

// A model trained on a x + b is the image of the model trained on x: a is a power of two, so that nothing
// rounds and the weights have the same bytes.
namespace gradzoo {
using namespace test;
namespace {

constexpr double kTimes = 1024;
constexpr int64_t kSteps = 3;

const std::pair<const char*, const char*> kFew[] = {
    {"hidden", "8"},       {"generator_hidden", "8"}, {"discriminator_hidden", "8"},
    {"buffer", "50"},      {"batch", "10"},           {"chain_steps", "2"},
    {"sample_steps", "3"}, {"latent", "2"},           {"importance_samples", "2"},
    {"couplings", "2"},    {"flow_couplings", "2"},   {"flow_hidden", "8"}};

/// Points that a dataset has: x and -x, multiples of 1/64, times `a` and moved by `b`.
Tensor mirrored_points(int64_t d, double a, double b) {
  constexpr int64_t kHalf = 32;
  Rng rng(5, "point_units_test");
  const Tensor half = round(randn({kHalf, d}, rng) * 128.0) / 64.0;
  return concat(half, neg(half), 0) * a + b;
}

DataShape shape_of_set(const Tensor& points) {
  const Examples all{points, {}, arange(points.dim(0), DType::i64)};
  return {.example = {points.dim(1)}, .toy = make_point_set(all, "a file"), .units = units_of_points(points)};
}

/// A model of the list and its trainer on points of a shape.
struct PointRun {
  PointRun(const ModelEntry& entry, const DataShape& shape) : data(shape) {
    RunOptions options(entry);
    for (const auto& [key, value] : kFew)
      if (options.table().has(key)) options.table().set(key, value);
    options.complete(shape);
    model = options.make_model(shape);
    Rng rng(9, "point_units_test");
    const Tensor x = shape.toy->sample(64, rng);
    examples = {x, {}, arange(64, DType::i64)};
    batches = std::make_unique<ToyBatches>(shape.toy, BatchOptions{.batch = 10, .seed = 1});
    trainer = std::make_unique<Trainer>(*model, *batches, plan_of(kSteps, 0.01));
    model->prepare(model->units().to_model(examples));
    model->register_state(state);
    trainer->register_state(state);
  }
  PointRun& train() {
    trainer->run(seen);
    return *this;
  }
  DataView view() const { return {examples, examples, 1, data.toy.get()}; }
  Tensor drawn() {
    Rng rng(4, "point_units_test");
    return model->sample({20, rng});
  }

  DataShape data;
  std::unique_ptr<Model> model;
  Examples examples;
  std::unique_ptr<ToyBatches> batches;
  std::unique_ptr<Trainer> trainer;
  State state;
  Unwatched seen;
};

bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.to_vector() == b.to_vector();
}

/// How numbers change with the data: times a^lengths, plus volumes d log a. Others stay.
const std::map<std::string, Dimension> kExpected = {{"nll", {0, 1}},
                                                    {"nll_nats", {0, 1}},
                                                    {"flow_nll_nats", {0, 1}},
                                                    {"log_p", {0, -1}},
                                                    {"elbo", {0, -1}},
                                                    {"negative_elbo", {0, 1}},
                                                    {"reconstruction", {0, 1}},
                                                    {"log_px", {0, -1}},
                                                    {"log_px_normal", {0, -1}},
                                                    {"negative_elbo_nats", {0, 1}},
                                                    {"reconstruction_nats", {0, 1}},
                                                    {"decoder_sigma", {1, 0}},
                                                    {"denoising_error", {2, 0}},
                                                    {"noise", {2, 0}},
                                                    {"fisher_divergence", {-2, 0}},
                                                    {"critic_gap", {1, 0}}};

double moved_number(const std::string& name, double value, double a, int64_t d) {
  const auto found = kExpected.find(name);
  const Dimension at = found == kExpected.end() ? Dimension{} : found->second;
  return value * std::pow(a, at.lengths) + at.volumes * static_cast<double>(d) * std::log(a);
}

void check_numbers(const Quantities& plain, const Quantities& moved, double a, int64_t d) {
  REQUIRE(plain.size() == moved.size());
  for (const Quantity& was : plain) {
    CAPTURE(was.name);
    const Quantity& is = moved[{was.name.c_str(), ""}];
    if (std::isnan(was.value))
      CHECK(std::isnan(is.value));
    else
      CHECK(is.value == doctest::Approx(moved_number(was.name, was.value, a, d)).epsilon(1e-5).scale(1e-2));
    if (was.error_kind != ErrorKind::quadrature && std::isfinite(was.error))
      CHECK(is.error == doctest::Approx(moved_number(was.name, was.error, a, 0)).epsilon(1e-4));
  }
}

void check_same_weights(const PointRun& plain, const PointRun& moved) {
  for (const State::Entry& entry : plain.state.entries()) {
    if (entry.name.starts_with("units.") || entry.name == "trainer.sums") continue;
    CAPTURE(entry.name);
    const State::Entry* const other = moved.state.find(entry.name);
    REQUIRE(other != nullptr);
    CHECK(entry.bytes() == other->bytes());
  }
}

// What the two can do, asked of x and of a x + b.
void check_abilities(PointRun& plain, PointRun& moved, double a, double b) {
  const int64_t d = plain.data.size();
  const double log_a = static_cast<double>(d) * std::log(a);
  const Tensor x = plain.examples.values, at = x * a + b;
  const Abilities was = plain.model->abilities(), is = moved.model->abilities();
  const auto check_moved = [&](const Tensor& of_plain, const Tensor& of_moved) {
    const Tensor wanted = of_plain * a + b;
    if (b == 0)
      CHECK(equal(of_moved, wanted));
    else
      CHECK(max(abs(of_moved - wanted)).item() <= 4 * 0x1p-23 * (std::abs(b) + max(abs(wanted)).item()));
  };
  check_moved(plain.drawn(), moved.drawn());
  if (was.target.log_prob) {
    const Tensor lost = log_prob_of(was.target, x) - log_prob_of(is.target, at);
    CHECK(max(abs(lost - log_a)).item() < 1e-4);
  }
  if (was.target.log_prob || was.target.score)
    CHECK(equal(score_of(is.target, at) * a, score_of(was.target, x)));
  if (was.target.noisy_score)
    CHECK(equal(is.target.noisy_score(at, 0.3 * a) * a, was.target.noisy_score(x, 0.3)));
  CHECK(is.target.data_noise == approx(a * was.target.data_noise));
  CHECK(is.target.noise_range.least == approx(a * was.target.noise_range.least));
  CHECK(is.target.noise_range.most == a * was.target.noise_range.most);
  if (was.target.initial) {
    Rng one(3, "point_units_test"), two(3, "point_units_test");
    check_moved(was.target.initial(5, one), is.target.initial(5, two));
  }
  for (size_t axis = 0; axis < was.target.extent.low.size(); ++axis)
    CHECK(is.target.extent.low[axis] == doctest::Approx(a * was.target.extent.low[axis] + b));
  const auto both = [&](auto ask) {
    Rng one(2, "point_units_test"), two(2, "point_units_test");
    return std::pair{ask(was, x, 1.0, one), ask(is, at, a, two)};
  };
  REQUIRE(bool(was.log_prob) == bool(is.log_prob));
  if (was.log_prob) {
    const auto [before, after] = both([](const Abilities& able, const Tensor& points, double, Rng& rng) {
      return able.log_prob->of(points, rng);
    });
    CHECK(max(abs(before - after - log_a)).item() < 1e-12);
  }
  if (was.denoise) {
    const auto [before, after] =
        both([](const Abilities& able, const Tensor& points, double length, Rng& rng) {
          return able.denoise({points, 0.2 * length, rng});
        });
    check_moved(before, after);
  }
  if (was.anomaly) {
    const auto [before, after] = both([](const Abilities& able, const Tensor& points, double, Rng& rng) {
      return able.anomaly({points, rng}).scores;
    });
    CHECK(equal(before, after));
  }
  if (was.encode) {
    CHECK(equal(was.encode(x), is.encode(at)));
    if (was.decode) check_moved(was.decode(was.encode(x)), is.decode(was.encode(x)));
  }
}

void check_metrics(const PointRun& plain, const PointRun& moved, double a) {
  for (size_t i = 0; i < plain.seen.metrics.size(); ++i) {
    const std::string& name = plain.model->metrics()[i].key();
    CAPTURE(name);
    CHECK(moved.seen.metrics[i] ==
          doctest::Approx(moved_number(name, plain.seen.metrics[i], a, plain.data.size())).epsilon(1e-6));
  }
}

std::vector<const ModelEntry*> models_of_points() {
  std::vector<const ModelEntry*> out;
  for (const ModelEntry& entry : model_registry())
    if (entry.data(find_kind("points"))) out.push_back(&entry);
  return out;
}

bool couples(const ModelEntry& entry) { return entry.name == "realnvp" || entry.name == "fce"; }

TEST_CASE("a toy times 1024 trains the same weights, and all that a model shows is 1024 times as long") {
  CHECK(models_of_points().size() >= 13);
  for (const ModelEntry* entry : models_of_points()) {
    CAPTURE(entry->name);
    const char* const toy = couples(*entry) ? "gaussian" : "gamma";  // one axis, whose quadrature is quick
    PointRun plain(*entry, toy_shape(toy)), moved(*entry, toy_shape(toy, {.scale = kTimes}));
    CHECK_FALSE(plain.model->units().is_set());
    CHECK(moved.model->units().length() == kTimes);
    check_same_weights(plain.train(), moved.train());
    check_metrics(plain, moved, kTimes);
    check_abilities(plain, moved, kTimes, 0);
    check_numbers(plain.model->validate(plain.view()), moved.model->validate(moved.view()), kTimes,
                  plain.data.size());
    check_numbers(plain.model->evaluate(plain.view()), moved.model->evaluate(moved.view()), kTimes,
                  plain.data.size());
    const std::string text = moved.model->interpretation(moved.view());
    if (entry->name == "dae") {  // names its squared lengths
      const double error = moved.model->evaluate(moved.view())[kDaeError].value;
      CHECK(contains(text, fmt::format("; {:.4g} (", error)));
      CHECK(contains(text, fmt::format("N(0, {:g}^2)", 0.1 * kTimes)));
    } else {
      CHECK(text == plain.model->interpretation(plain.view()));
    }
  }
}

TEST_CASE("points of a file times 1024 and moved by 32,768 train the same weights") {
  Strings of_known_densities;
  for (const int64_t d : {1, 2, 3}) {
    const Tensor x = mirrored_points(d, 1, 0), at = mirrored_points(d, kTimes, 32768);
    const DataShape before = shape_of_set(x), after = shape_of_set(at);
    CHECK(equal(after.units.centre, full({d}, 32768)));
    CHECK(equal(after.units.scale, before.units.scale * kTimes));
    for (const ModelEntry* entry : models_of_points()) {
      CAPTURE(entry->name);
      if (couples(*entry) && d == 1) continue;
      const std::string refusal = error_message([&] { PointRun run(*entry, before); });
      if (!refusal.empty()) {
        check_says(refusal, "have no density");
        if (d == 2) of_known_densities.push_back(entry->name);
        continue;
      }
      PointRun plain(*entry, before), moved(*entry, after);
      check_same_weights(plain.train(), moved.train());
      check_metrics(plain, moved, kTimes);
      check_abilities(plain, moved, kTimes, 32768);
      check_numbers(plain.model->validate(plain.view()), moved.model->validate(moved.view()), kTimes, d);
    }
  }
  CHECK(of_known_densities == Strings{"nce", "cnce", "fce"});
}

// prepare() of realnvp, and finish() of a VAE's mixture, see the model's units too.
TEST_CASE("a session gives a model its units before, during and after its steps") {
  for (const char* line : {"realnvp couplings=2 hidden=8", "vae hidden=8 prior=mixture components=3"}) {
    CAPTURE(line);
    const auto trained = [&](const char* scale) {
      const auto options = run_options(fmt::format("{} data=ring8 steps=2 toy_scale={}", line, scale));
      auto session = std::make_unique<Session>(*options);
      Unwatched observer;
      session->train(observer);
      return session;
    };
    const auto plain = trained("1"), moved = trained("512");
    for (const State::Entry& entry : plain->state.entries()) {
      CAPTURE(entry.name);
      if (entry.name != "trainer.sums") CHECK(moved->state.find(entry.name)->bytes() == entry.bytes());
    }
    CHECK(plain->model->weights().state.find("units.scale") == nullptr);
    CHECK(moved->model->weights().state.find("units.centre") != nullptr);
    CHECK(moved->model->weights().state.find("units.scale") != nullptr);
  }
}

// A new G draws near 0, where grid25 has a mode.
TEST_CASE("a GAN covers the same modes at any scale") {
  const auto found = [](const char* scale) {
    const auto options = run_options(fmt::format("gan data=grid25 steps=1 toy_scale={}", scale));
    Session session(*options);
    return session.model->validate(session.data.view());
  };
  const Quantities plain = found("1"), moved = found("512");
  CHECK(plain[kHighQualityShare].value > 0.01);
  CHECK(moved[kHighQualityShare].value == plain[kHighQualityShare].value);
  CHECK(moved[kModesTouched].value == plain[kModesTouched].value);
}

// Nearly: 1000 and 0.001 round.
TEST_CASE("samples of points times 1000 and times 0.001 are those times so much") {
  const DataShape before = shape_of_set(mirrored_points(2, 1, 0));
  for (const double a : {1000.0, 0.001}) {
    const DataShape after = shape_of_set(mirrored_points(2, a, 0));
    for (const char* name : {"ddpm", "ncsn", "flow-matching", "dae", "gan", "vae", "realnvp"}) {
      CAPTURE(name);
      PointRun plain(find_model(name), before), moved(find_model(name), after);
      const Tensor was = plain.train().drawn(), is = moved.train().drawn();
      CHECK(max(abs(is / a - was)).item() < 2e-3 * max(abs(was)).item());
    }
  }
}

TEST_CASE("pictures have the data's axes: planes, points and bars of a toy times 1024") {
  for (const ModelEntry* entry : models_of_points()) {
    CAPTURE(entry->name);
    for (const char* const toy : {"gamma", "gaussian"}) {
      if (couples(*entry) && std::string(toy) == "gamma") continue;
      PointRun plain(*entry, toy_shape(toy)), moved(*entry, toy_shape(toy, {.scale = kTimes}));
      const auto pictures = [](PointRun& run) {
        std::vector<Picture> all = run.model->pictures(run.view());
        Rng rng(6, "point_units_test");
        all.push_back(run.model->snapshot(run.view(), rng));
        return all;
      };
      const std::vector<Picture> was = pictures(plain), is = pictures(moved);
      REQUIRE(was.size() == is.size());
      for (size_t i = 0; i < was.size(); ++i) {
        CAPTURE(was[i].name);
        const double times = was[i].of_codes ? 1 : kTimes;
        REQUIRE(was[i].content.index() == is[i].content.index());
        if (const Planes* const planes = std::get_if<Planes>(&was[i].content)) {
          for (size_t k = 0; k < planes->planes.size(); ++k) {
            const Plane &before = planes->planes[k], &after = std::get<Planes>(is[i].content).planes[k];
            CAPTURE(before.title);
            CHECK(after.x_low == doctest::Approx(before.x_low * times));
            CHECK(after.x_high == doctest::Approx(before.x_high * times));
            CHECK(after.y_low == doctest::Approx(before.y_low * times));
            CHECK(after.y_high == doctest::Approx(before.y_high * times));
            if (before.points.defined()) CHECK(equal(after.points, before.points * times));
            const bool density = before.density.defined() && before.density_name == "density";
            if (density)
              CHECK(max(after.density).item() * times * times ==
                    doctest::Approx(max(before.density).item()).epsilon(1e-4));
          }
        }
        if (const Bars* const bars = std::get_if<Bars>(&was[i].content)) {
          const Bars& after = std::get<Bars>(is[i].content);
          for (size_t k = 0; k < bars->places.size(); ++k)
            CHECK(after.places[k] == doctest::Approx(bars->places[k] * times));
          if (was[i].name == "density")
            CHECK(after.expected[20] * times == doctest::Approx(bars->expected[20]));
          if (was[i].name == "samples") CHECK(after.values == bars->values);
        }
        if (const Scatter* const scatter = std::get_if<Scatter>(&was[i].content))
          CHECK(equal(std::get<Scatter>(is[i].content).points, scatter->points * times));
      }
    }
  }
}

TEST_CASE("a resumed training in units of its own is the uninterrupted one, byte by byte") {
  const DataShape shape = shape_of_set(mirrored_points(2, 1000, 7));
  for (const char* name : {"ddpm", "vae", "gan", "ebm", "realnvp"}) {
    CAPTURE(name);
    PointRun whole(find_model(name), shape), first(find_model(name), shape), second(find_model(name), shape);
    whole.train();
    first.seen.stop_at = 1;
    first.train();
    take_over(first.state, second.state);
    second.train();
    CHECK(second.state.bytes() == whole.state.bytes());
    CHECK(second.state.find("units.scale") != nullptr);
  }
}

}  // namespace
}  // namespace gradzoo
