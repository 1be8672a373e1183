#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/datasets/data_shape.h"

namespace gradzoo {
namespace {

constexpr double kAlike = 10;  // largest ratio of deviations that share a scale

// A toy's points in other units.
class ToyInUnits : public Toy {
 public:
  ToyInUnits(std::shared_ptr<const Toy> toy, PointUnits units)
      : toy_(std::move(toy)), units_(std::move(units)) {
    if (const Modes* modes = toy_->modes())
      modes_ = {units_.to_model(modes->centers), modes->sigma / units_.length()};
  }
  const std::string& name() const override { return toy_->name(); }
  int64_t dimensions() const override { return toy_->dimensions(); }
  Tensor sample(int64_t n, Rng& rng, DType dtype) const override {
    return units_.to_model(toy_->sample(n, rng, dtype));
  }
  Tensor log_prob(const Tensor& u) const override {
    return toy_->log_prob(units_.to_data(u)) + units_.log_volume();
  }
  std::string why_no_density() const override { return toy_->why_no_density(); }
  std::string why_no_score() const override { return toy_->why_no_score(); }
  Box box() const override {
    const Box box = toy_->box();
    const auto seen = [&](const std::vector<double>& corner) {
      return units_.to_model(tensor(corner, {1, dimensions()}, DType::f64)).to_vector();
    };
    Box out{seen(box.low), seen(box.high)};
    for (const int64_t axis : constant_coordinates()) {  // their width says nothing about the data
      out.low[static_cast<size_t>(axis)] = -1;
      out.high[static_cast<size_t>(axis)] = 1;
    }
    return out;
  }
  Shape tile() const override { return toy_->tile(); }
  bool binary() const override { return toy_->binary(); }
  std::vector<int64_t> constant_coordinates() const override { return toy_->constant_coordinates(); }
  const Modes* modes() const override { return toy_->modes() ? &modes_ : nullptr; }

 private:
  std::shared_ptr<const Toy> toy_;
  PointUnits units_;
  Modes modes_;
};

// Each number of a point: its mean, and the variance around it.
struct Moments {
  std::vector<double> mean, variance;
};

Moments moments_of(const Tensor& points) {
  const int64_t n = points.dim(0), d = points.dim(1);
  const float* const values = points.data<float>();
  Moments out{std::vector<double>(static_cast<size_t>(d)), std::vector<double>(static_cast<size_t>(d))};
  // From the first point on, so that what never changes has no variance by rounding.
  for (int64_t i = 0; i < n * d; ++i)
    out.mean[static_cast<size_t>(i % d)] += double{values[i]} - double{values[i % d]};
  for (size_t axis = 0; axis < out.mean.size(); ++axis)
    out.mean[axis] = double{values[axis]} + out.mean[axis] / static_cast<double>(n);
  for (int64_t i = 0; i < n * d; ++i) {
    const auto axis = static_cast<size_t>(i % d);
    const double apart = double{values[i]} - out.mean[axis];
    out.variance[axis] += apart * apart / static_cast<double>(n);
  }
  return out;
}

}  // namespace

PointUnits units_of_points(const Tensor& points) {
  const Moments moments = moments_of(points);
  const auto varies = [](double variance) {
    return std::sqrt(variance) >= std::numeric_limits<float>::min();
  };
  std::vector<double> deviations;  // of the columns that vary
  double squares = 0;
  for (const double variance : moments.variance) {
    if (!varies(variance)) continue;
    deviations.push_back(std::sqrt(variance));
    squares += variance;
  }
  const auto d = static_cast<int64_t>(moments.mean.size());
  const double common = deviations.empty() ? 1 : std::sqrt(squares / static_cast<double>(deviations.size()));
  std::vector<double> scale(moments.mean.size(), common);
  const bool alike =
      deviations.empty() || std::ranges::max(deviations) <= kAlike * std::ranges::min(deviations);
  for (size_t axis = 0; axis < scale.size() && !alike; ++axis)
    if (varies(moments.variance[axis])) scale[axis] = std::sqrt(moments.variance[axis]);
  return {tensor(moments.mean, {d}), tensor(scale, {d})};
}

Tensor PointUnits::to_model(const Tensor& x) const {
  return is_set() ? (x - cast(centre, x.dtype())) / cast(scale, x.dtype()) : x;
}

Tensor PointUnits::to_data(const Tensor& u) const {
  return is_set() ? u * cast(scale, u.dtype()) + cast(centre, u.dtype()) : u;
}

Examples PointUnits::to_model(Examples examples) const {
  const NoGrad quiet;
  examples.values = to_model(examples.values);
  return examples;
}

double PointUnits::log_volume() const {
  double sum = 0;
  for (const double of_number : is_set() ? scale.to_vector() : std::vector<double>())
    sum += std::log(of_number);
  return sum;
}

double PointUnits::length() const {
  const std::vector<double> all = is_set() ? scale.to_vector() : std::vector<double>{1};
  return std::ranges::all_of(all, [&](double of_number) { return of_number == all[0]; }) ? all[0] : 1;
}

Tensor PointUnits::relative_scale() const { return is_set() ? scale / length() : ones({1}); }

DataShape DataShape::in_model_units() const {
  DataShape seen = *this;
  seen.units = {};
  if (units.is_set() && toy) seen.toy = std::make_shared<ToyInUnits>(toy, units);
  return seen;
}

}  // namespace gradzoo
