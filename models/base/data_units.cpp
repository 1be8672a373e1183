#include "models/base/data_units.h"

#include <cmath>
#include <utility>
#include <variant>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "gradzoo/samplers/domain.h"

namespace gradzoo {
namespace {

using Map = std::function<Tensor(const Tensor&)>;

// From points of one kind to those that a target takes, and back.
struct Change {
  Map enter, leave;
  std::function<Tensor(const Tensor&)> slope;  // a score times d enter / d x
  double log_det;                              // log |det d enter / d x|
  double length;                               // of the target's units, in one outside
};

Change to_data(const PointUnits& units) {
  return {[units](const Tensor& x) { return units.to_model(x); },
          [units](const Tensor& u) { return units.to_data(u); },
          [units](const Tensor& score) { return score / cast(units.scale, score.dtype()); },
          -units.log_volume(), 1 / units.length()};
}

Change to_model(const PointUnits& units) {
  return {[units](const Tensor& u) { return units.to_data(u); },
          [units](const Tensor& x) { return units.to_model(x); },
          [units](const Tensor& score) { return score * cast(units.scale, score.dtype()); },
          units.log_volume(), units.length()};
}

// Ends on each axis; one number for all becomes one of each.
std::vector<double> moved(const std::vector<double>& ends, const Change& change, const PointUnits& units) {
  if (ends.empty()) return ends;
  const int64_t d = units.scale.size();
  const Tensor corner =
      std::ssize(ends) == d ? tensor(ends, {1, d}, DType::f64) : full({1, d}, ends[0], DType::f64);
  return change.leave(corner).to_vector();
}

Target moved(const Target& inner, const Change& change, const PointUnits& units) {
  if (!units.is_set()) return inner;
  Target out = inner;
  if (inner.log_prob)
    out.log_prob = [f = inner.log_prob, change](const Tensor& x) {
      return f(change.enter(x)) + change.log_det;
    };
  if (inner.score)
    out.score = [f = inner.score, change](const Tensor& x) { return change.slope(f(change.enter(x))); };
  if (inner.value_and_score)
    out.value_and_score = [f = inner.value_and_score, change](const Tensor& x) {
      const PointValue at = f(change.enter(x));
      return PointValue{at.log_prob.defined() ? at.log_prob + change.log_det : Tensor(),
                        change.slope(at.score)};
    };
  if (inner.initial)
    out.initial = [f = inner.initial, change](int64_t n, Rng& rng) { return change.leave(f(n, rng)); };
  if (inner.noisy_score)
    out.noisy_score = [f = inner.noisy_score, change](const Tensor& x, double sigma) {
      return change.slope(f(change.enter(x), sigma * change.length));
    };
  out.extent = {moved(inner.extent.low, change, units), moved(inner.extent.high, change, units)};
  out.noise_range = {inner.noise_range.least / change.length, inner.noise_range.most / change.length};
  out.data_noise = inner.data_noise / change.length;
  return out;
}

void move(ImageGrid&, const PointUnits&) {}

void move(Scatter& scatter, const PointUnits& units) {
  if (scatter.points.dim(1) <= units.scale.size()) {
    const int64_t d = scatter.points.dim(1);
    const PointUnits first{slice(units.centre, 0, 0, d), slice(units.scale, 0, 0, d)};
    scatter.points = first.to_data(scatter.points);
  }
}

void move(Bars& bars, const PointUnits& units) {
  if (bars.places.empty()) return;
  const double scale = units.scale.to_vector()[0], centre = units.centre.to_vector()[0],
               factor = std::pow(scale, bars.lengths);
  for (double& place : bars.places) place = place * scale + centre;
  for (std::vector<double>* values : {&bars.values, &bars.expected})
    for (double& value : *values) value *= factor;
  bars.names = names_of_places(bars.places);
}

void move(Planes& planes, const PointUnits& units) {
  const std::vector<double> scale = units.scale.to_vector(), centre = units.centre.to_vector();
  const double volume = std::exp(units.log_volume());
  for (Plane& plane : planes.planes) {
    for (double* x : {&plane.x_low, &plane.x_high}) *x = *x * scale[0] + centre[0];
    for (double* y : {&plane.y_low, &plane.y_high}) *y = *y * scale[1] + centre[1];
    if (plane.density.defined() && plane.density_name == Plane().density_name)
      plane.density = plane.density / volume;
    for (Tensor* places : {&plane.points, &plane.arrow_tails, &plane.paths})
      if (places->defined()) *places = units.to_data(*places);
  }
}

}  // namespace

double in_data_units(double value, const Dimension& dimension, const PointUnits& units) {
  if (!units.is_set()) return value;
  return value * std::pow(units.length(), dimension.lengths) + dimension.volumes * units.log_volume();
}

Quantities in_data_units(Quantities quantities, const PointUnits& units) {
  if (!units.is_set()) return quantities;
  Quantities out;
  for (Quantity quantity : quantities) {
    quantity.value = in_data_units(quantity.value, quantity.dimension, units);
    quantity.error *= std::pow(units.length(), quantity.dimension.lengths);
    out.add(std::move(quantity));
  }
  return out;
}

Picture in_data_units(Picture picture, const PointUnits& units) {
  if (units.is_set() && !picture.of_codes)
    std::visit([&](auto& content) { move(content, units); }, picture.content);
  return picture;
}

Target in_data_units(const Target& target, const PointUnits& units) {
  return moved(target, to_data(units), units);
}

Target in_model_units(const Target& target, const PointUnits& units) {
  return moved(target, to_model(units), units);
}

Abilities in_data_units(Abilities abilities, const PointUnits& units) {
  if (!units.is_set()) return abilities;
  abilities.target = in_data_units(abilities.target, units);
  if (abilities.denoise)
    abilities.denoise = [f = std::move(abilities.denoise), units,
                         target = abilities.target](const DenoiseRequest& request) {
      if (request.sigma > target.noise_range.most) check_noise(target, request.sigma);  // in the data's units
      return units.to_data(f({units.to_model(request.examples), request.sigma / units.length(), request.rng,
                              request.domain, request.done}));
    };
  if (abilities.anomaly)
    abilities.anomaly = [f = std::move(abilities.anomaly), units](const AnomalyRequest& request) {
      return f({units.to_model(request.examples), request.rng, request.done});
    };
  if (abilities.log_prob)
    abilities.log_prob->of = [f = std::move(abilities.log_prob->of), units](const Tensor& x, Rng& rng) {
      return f(units.to_model(x), rng) - units.log_volume();
    };
  if (abilities.encode)
    abilities.encode = [f = std::move(abilities.encode), units](const Tensor& x) {
      return f(units.to_model(x));
    };
  if (abilities.decode)
    abilities.decode = [f = std::move(abilities.decode), units](const Tensor& z) {
      return units.to_data(f(z));
    };
  return abilities;
}

void add_units(State& state, const PointUnits& units) {
  if (!units.is_set()) return;
  state.add(kCentreEntry, units.centre);
  state.add(kScaleEntry, units.scale);
}

}  // namespace gradzoo
