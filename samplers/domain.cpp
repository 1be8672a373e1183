#include "gradzoo/samplers/domain.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

// Where a number lands, and whether it comes back.
template <class T>
struct Landing {
  T at;
  bool turned;
};

template <class T>
Landing<T> between_mirrors(T x, T lower, T upper) {
  const T width = upper - lower;
  T along = std::fmod(x - lower, 2 * width);
  if (along < 0) along += 2 * width;
  const bool turned = along > width;
  return {std::clamp(lower + (turned ? 2 * width - along : along), lower, upper), turned};
}

template <class T>
Landing<T> landing(T x, T lower, T upper) {
  if (std::isinf(lower)) return {2 * upper - x, true};
  if (std::isinf(upper)) return {2 * lower - x, true};
  return between_mirrors(x, lower, upper);
}

template <class T>
void reflect_all(T lower, T upper, T* x, T* velocity, int64_t n) {
  constexpr int64_t kGrain = 16384;
  parallel_for(n, kGrain, 64, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (x[i] >= lower && x[i] <= upper) continue;
      const Landing<T> found = landing(x[i], lower, upper);
      x[i] = found.at;
      if (velocity != nullptr && found.turned) velocity[i] = -velocity[i];
    }
  });
}

// The first element for which `bad` is true; -1 where there is none.
template <class T, class Bad>
int64_t first_bad(const Tensor& x, Bad bad) {
  const T* values = x.data<T>();
  const T* found = std::find_if(values, values + x.size(), bad);
  return found == values + x.size() ? -1 : found - values;
}

}  // namespace

bool is_bounded(const Domain& domain) { return std::isfinite(domain.lower) || std::isfinite(domain.upper); }

Extent extent_of(const Target& target, int64_t d) {
  if (!has_extent(target)) throw Error("the target has no extent. Hint: set Target::extent");
  const auto ends = [&](const std::vector<double>& given, double of_domain) {
    if (target.extent.low.empty()) return std::vector<double>(static_cast<size_t>(d), of_domain);
    if (given.size() == 1) return std::vector<double>(static_cast<size_t>(d), given[0]);
    if (given.size() == static_cast<size_t>(d)) return given;
    throw Error("the target's extent has {} and {} ends for {} axes. Hint: give {} of each, or one for all",
                target.extent.low.size(), target.extent.high.size(), d, d);
  };
  Extent out{ends(target.extent.low, target.domain.lower), ends(target.extent.high, target.domain.upper)};
  for (size_t i = 0; i < out.low.size(); ++i) {
    out.low[i] = std::max(out.low[i], target.domain.lower);
    out.high[i] = std::min(out.high[i], target.domain.upper);
    if (std::isfinite(out.high[i] - out.low[i]) && out.low[i] < out.high[i]) continue;
    throw Error("the target's extent goes from {:g} to {:g} on axis {}. Hint: set low below high", out.low[i],
                out.high[i], i);
  }
  return out;
}

void reflect(const Domain& domain, Tensor& x, Tensor* velocity) {
  if (!is_bounded(domain)) return;
  visit_floating(x.dtype(), [&]<class T>() {
    T* turning = velocity == nullptr ? nullptr : velocity->mutable_data<T>();
    reflect_all(static_cast<T>(domain.lower), static_cast<T>(domain.upper), x.mutable_data<T>(), turning,
                x.size());
  });
}

int64_t first_row_with(const Tensor& values, bool (*bad)(double)) {
  if (!values.defined() || all_finite(values)) return -1;
  const std::vector<double> all = values.to_vector();
  const auto found = std::ranges::find_if(all, bad);
  if (found == all.end()) return -1;
  return (found - all.begin()) / (values.size() / values.dim(0));
}

void check_start(std::string_view sampler, const Tensor& x, const PointValue& value, std::string_view wanted,
                 bool (*bad)(double)) {
  const auto check = [&](const Tensor& values, std::string_view what) {
    const int64_t chain = first_row_with(values, bad);
    if (chain < 0) return;
    throw Error("{}: {} is not {} where chain {} starts. Hint: start where the density is above 0", sampler,
                what, wanted, chain);
  };
  check(x, "x");
  check(value.log_prob, "log_prob");
  check(value.score, "the score");
}

void check_inside(std::string_view sampler, const Target& target, const Tensor& x) {
  if (x.rank() != 2 || !is_floating(x.dtype())) return;  // refused where the target is asked
  visit_floating(x.dtype(), [&]<class T>() {
    const T lower = static_cast<T>(target.domain.lower), upper = static_cast<T>(target.domain.upper);
    if (!(lower < upper))
      throw Error(
          "{}: the target's domain from {:g} to {:g} is not an interval of {} numbers. Hint: set a "
          "lower end below the upper end",
          sampler, target.domain.lower, target.domain.upper, dtype_name(x.dtype()));
    if (!target.binary && !is_bounded(target.domain)) return;
    const int64_t at = target.binary ? first_bad<T>(x, [](T v) { return v != 0 && v != 1; })
                                     : first_bad<T>(x, [=](T v) { return v < lower || v > upper; });
    if (at < 0) return;
    const int64_t chain = at / x.dim(1);
    const auto value = static_cast<double>(x.data<T>()[at]);
    if (target.binary)
      throw Error("{}: chain {} starts at {:g}, and the target is binary. Hint: use x0 = bernoulli(p, rng)",
                  sampler, chain, value);
    throw Error("{}: chain {} starts at {:g}, outside the target's domain. Hint: start between {:g} and {:g}",
                sampler, chain, value, target.domain.lower, target.domain.upper);
  });
}

}  // namespace gradzoo
