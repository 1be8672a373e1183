#include "models/base/data_units.h"

#include <cmath>
#include <numbers>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/compose.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const PointUnits kOwn{tensor({5, -2}, {2}), tensor({4, 0.5}, {2})};  // a scale each
const PointUnits kCommon{tensor({5, -2}, {2}), tensor({8, 8}, {2})};

// N(0, I) in the model's units, with the score of its noised versions.
Target normal() {
  return {
      .log_prob = [](const Tensor& u) { return sum(square(u) * -0.5, 1) - std::log(2 * std::numbers::pi); },
      .initial =
          [](int64_t n, Rng&) {
            return ones({n, 2});
          },
      .noisy_score = [](const Tensor& u, double sigma) { return u / (-1 - sigma * sigma); },
      .noise_range = {0.125, 2},
      .extent = {{-3, -3}, {3, 3}},
      .data_noise = 0.25};
}

TEST_CASE("N(0, I) in the model's units is N(centre, diag scale^2) in the data's") {
  const Target found = in_data_units(normal(), kOwn);
  const Tensor x = tensor({9, -1}, {1, 2});  // u = (1, 2)
  CHECK(log_prob_of(found, x).item() ==
        approx(-2.5 - std::log(2 * std::numbers::pi) - std::log(4 * 0.5)).epsilon(1e-6));
  CHECK(score_of(found, x).to_vector() == Doubles{-1.0 / 4, -2 / 0.5});
  Rng rng(1);
  CHECK(found.initial(1, rng).to_vector() == Doubles{9, -1.5});
  CHECK(found.extent.low == Doubles{5 - 12.0, -2 - 1.5});
  CHECK(found.extent.high == Doubles{5 + 12.0, -2 + 1.5});
  // A product by autodiff of its factors' log-densities.
  CHECK(score_of(product_of_all(std::vector{found, found}), x).to_vector() == Doubles{-2.0 / 4, -4 / 0.5});
}

TEST_CASE("noise of the data's units is a scale's share in the model's") {
  const Target found = in_data_units(normal(), kCommon);
  const Tensor x = tensor({13, -18}, {1, 2});  // u = (1, -2)
  // N(centre, (64 + sigma^2) I): -(x - centre) / (64 + sigma^2).
  const Tensor score = found.noisy_score(x, 6);
  CHECK(score.to_vector()[0] == approx(-8.0 / 100).epsilon(1e-6));
  CHECK(score.to_vector()[1] == approx(16.0 / 100).epsilon(1e-6));
  CHECK(found.data_noise == 2);
  CHECK(found.noise_range.least == 1);
  CHECK(found.noise_range.most == 16);
  Abilities own{.target = normal()};
  const Abilities able = in_data_units(with_consequences(std::move(own)), kCommon);
  Rng rng(2);
  CHECK(error_message([&] { able.denoise({x, 17, rng}); }).starts_with("noise of 17 is above 16,"));
  const Tensor guess = able.denoise({x, 6, rng});  // centre + (x - centre) 64 / 100
  CHECK(guess.to_vector()[0] == approx(5 + 8 * 0.64).epsilon(1e-5));
  CHECK(guess.to_vector()[1] == approx(-2 - 16 * 0.64).epsilon(1e-5));
  Abilities known{.log_prob = LogProb{.of = [](const Tensor& u, Rng&) { return sum(u, 1); }, .meaning = ""}};
  CHECK(in_data_units(known, kCommon).log_prob->of(x, rng).item() == approx(-1 - std::log(64)).epsilon(1e-6));
}

TEST_CASE("values with a score come along, and a target is itself again in the model's units") {
  Target both;
  both.score = [](const Tensor& u) { return neg(u); };
  both.value_and_score = [](const Tensor& u) { return PointValue{sum(u, 1), neg(u)}; };
  both.extent = {{-3}, {3}};  // one number for both axes
  const Target moved = in_data_units(both, kOwn);
  const PointValue at = value_and_score(moved, tensor({9, -1}, {1, 2}));
  CHECK(at.log_prob.item() == approx(3 - std::log(2.0)).epsilon(1e-6));
  CHECK(at.score.to_vector() == Doubles{-0.25, -4});
  CHECK(moved.extent.high == Doubles{17, -0.5});
  const Target back = in_model_units(moved, kOwn);
  const Tensor u = tensor({1, 2}, {1, 2});
  CHECK(score_of(back, u).to_vector() == Doubles{-1, -2});
  CHECK(value_and_score(back, u).log_prob.item() == approx(3).epsilon(1e-6));
  CHECK(back.extent.low == Doubles{-3, -3});
  CHECK(in_model_units(in_data_units(normal(), kCommon), kCommon).data_noise == 0.25);
  CHECK(in_data_units(normal(), PointUnits()).data_noise == 0.25);
}

TEST_CASE("numbers follow their dimension, with errors; lengths of scales that differ stay") {
  const Quantity squares{"squares", 3, 0.5, "", "", {}, "", ErrorKind::standard, true, {.lengths = 2}},
      nll{"nll", 3, 0.5, "nats", "", {}, "", ErrorKind::standard, true, {.volumes = 1}};
  const Quantities common = in_data_units(Quantities{squares, nll}, kCommon),
                   own = in_data_units(Quantities{squares, nll}, kOwn);
  CHECK(common[{"squares", ""}].value == 3 * 64);
  CHECK(common[{"squares", ""}].error == 0.5 * 64);
  CHECK(common[{"nll", ""}].value == approx(3 + std::log(64.0)));
  CHECK(common[{"nll", ""}].error == 0.5);
  CHECK(own[{"squares", ""}].value == 3);
  CHECK(own[{"nll", ""}].value == approx(3 + std::log(2.0)).epsilon(1e-6));
  CHECK(in_data_units(Quantities{nll}, PointUnits())[{"nll", ""}].value == 3);
}

TEST_CASE("a picture's planes, paths, arrows and points move, and codes stay") {
  Plane plane{"", -1, 1, -2, 2};
  plane.density = ones({2, 2});
  plane.arrow_tails = plane.points = tensor({1, 2}, {1, 2});
  plane.arrows = tensor({3, 4}, {1, 2});
  plane.paths = tensor({1, 2}, {1, 1, 2});
  Plane judged = plane;
  judged.density_name = "D(x)";
  const Picture moved = in_data_units(Picture{"p", "", Planes{{plane, judged}}}, kCommon),
                codes = in_data_units(Picture{"p", "", Planes{{plane}}, true}, kCommon);
  const Plane& at = std::get<Planes>(moved.content).planes[0];
  CHECK(Doubles{at.x_low, at.x_high, at.y_low, at.y_high} == Doubles{-3, 13, -18, 14});
  CHECK(at.density.to_vector()[0] == approx(1.0 / 64).epsilon(1e-6));
  CHECK(std::get<Planes>(moved.content).planes[1].density.to_vector()[0] == 1);
  for (const Tensor& places : {at.points, at.arrow_tails, at.paths})
    CHECK(places.to_vector() == Doubles{13, 14});
  CHECK(at.arrows.to_vector() == Doubles{3, 4});
  CHECK(std::get<Planes>(codes.content).planes[0].x_low == -1);
  const Picture scatter = in_data_units(Picture{"s", "", Scatter{tensor({1, 1}, {1, 2}), {}, "x0", "x1"}},
                                        {tensor({1, 2, 3}, {3}), tensor({2, 4, 8}, {3})});
  CHECK(std::get<Scatter>(scatter.content).points.to_vector() == Doubles{3, 6});
  Bars bars{{8, 4}, "x", "density"};
  bars.expected = {6, 2};
  bars.places = {0, 1};
  bars.lengths = -1;
  const Picture line = in_data_units(Picture{"b", "", bars}, {tensor({3}, {1}), tensor({2}, {1})});
  const Bars& on_line = std::get<Bars>(line.content);
  CHECK(on_line.values == Doubles{4, 2});
  CHECK(on_line.expected == Doubles{3, 1});
  CHECK(on_line.places == Doubles{3, 5});
  CHECK(on_line.names == Strings{"3.00", "5.00"});
  CHECK(names_of_places({0.001, 0.0015}) == Strings{"0.0010", "0.0015"});
}

}  // namespace
}  // namespace gradzoo
