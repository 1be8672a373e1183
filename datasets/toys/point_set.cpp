#include "datasets/toys/point_set.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "datasets/toys/toy_makers.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

class PointSet : public BoxedToy {
 public:
  PointSet(Tensor points, std::string of) : BoxedToy(std::move(of), {}), points_(std::move(points)) {
    const int64_t n = points_.dim(0), d = points_.dim(1);
    const float* const values = points_.data<float>();
    box_.low.assign(static_cast<size_t>(d), INFINITY);
    box_.high.assign(static_cast<size_t>(d), -INFINITY);
    for (int64_t i = 0; i < n * d; ++i) {
      const auto axis = static_cast<size_t>(i % d);
      box_.low[axis] = std::min(box_.low[axis], double{values[i]});
      box_.high[axis] = std::max(box_.high[axis], double{values[i]});
    }
    constexpr double kMargin = 0.05;  // at each end
    for (size_t axis = 0; axis < box_.low.size(); ++axis) {
      const double side = box_.high[axis] - box_.low[axis], more = side > 0 ? kMargin * side : 1;
      if (!(side > 0)) constant_.push_back(static_cast<int64_t>(axis));
      box_.low[axis] -= more;
      box_.high[axis] += more;
    }
  }

  Tensor sample(int64_t n, Rng& rng, DType dtype) const override {
    const NoGrad quiet;
    const Tensor places = rand({n}, rng, DType::f64);
    Tensor rows = empty({n}, DType::i64);
    const int64_t count = points_.dim(0);
    for (int64_t i = 0; i < n; ++i) {
      const double place = places.data<double>()[i] * static_cast<double>(count);
      rows.mutable_data<int64_t>()[i] = std::min(static_cast<int64_t>(place), count - 1);
    }
    return cast(index_select(points_, 0, rows), dtype);
  }
  Tensor log_prob(const Tensor&) const override { throw Error(why_no_density()); }
  std::string why_no_density() const override {
    return fmt::format("the points of {} have no density. Hint: use a toy with a density, such as ring8",
                       name());
  }
  std::vector<int64_t> constant_coordinates() const override { return constant_; }

 private:
  Tensor points_;  // (n, d) f32
  std::vector<int64_t> constant_;
};

}  // namespace

std::shared_ptr<const Toy> make_point_set(const Examples& points, std::string name) {
  const NoGrad quiet;
  return std::make_shared<PointSet>(index_select(points.values, 0, points.rows), std::move(name));
}

}  // namespace gradzoo
