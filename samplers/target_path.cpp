#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/samplers/ais.h"

namespace gradzoo {
namespace {

// (1 - beta) a + beta b, of which a term with factor 0 is not asked for: it may be infinite.
template <class A, class B>
Tensor mixed(double beta, A a, B b) {
  if (beta == 0) return a();
  if (beta == 1) return b();
  return a() * (1 - beta) + b() * beta;
}

void check_ends(const Target& from, const Target& to) {
  if (!from.log_prob || !to.log_prob)
    throw Error("annealed importance sampling: a density is missing. Hint: set log_prob of both targets");
  if (from.binary != to.binary)
    throw Error("annealed importance sampling: one target is binary and one is not. Hint: two of one kind");
  if (from.domain.lower != to.domain.lower || from.domain.upper != to.domain.upper)
    throw Error("annealed importance sampling: the targets have different domains. Hint: one for both");
}

}  // namespace

TargetPath::TargetPath(const Target& from, const Target& to, Sampler& sampler, int64_t transitions)
    : from_(from), to_(to), sampler_(sampler), transitions_(transitions) {
  check_ends(from, to);
  if (transitions < 1)
    throw Error("annealed importance sampling: {} transitions at each temperature. Hint: 1 or more",
                transitions);
  if (!sampler.is_exact())
    throw Error("annealed importance sampling: {} does not leave a density invariant. Hint: mh, mala or hmc",
                sampler.name());
  const std::string unfit = why_unfit(sampler.name(), sampler.needs(), at(0.5));
  if (!unfit.empty()) throw Error(unfit);
}

Target TargetPath::at(double beta) const {
  Target out;
  out.binary = from_.binary;
  out.domain = from_.domain;
  out.log_prob = [this, beta](const Tensor& x) {
    return mixed(
        beta, [&] { return from_.log_prob(x); }, [&] { return to_.log_prob(x); });
  };
  // One by autodiff needs the other's log-density to be differentiable, unless each gives its own score.
  if (from_.score || to_.score) {
    out.score = [this, beta](const Tensor& x) {
      return mixed(
          beta, [&] { return score_of(from_, x); }, [&] { return score_of(to_, x); });
    };
  }
  return out;
}

Tensor TargetPath::advance(Tensor& x, double from, double to, Rng& rng) {
  const NoGrad quiet;
  const Tensor slope = cast(log_prob_of(to_, x), DType::f64) - cast(log_prob_of(from_, x), DType::f64);
  const Target here = at(to);
  sampler_.begin(here, x);
  for (int64_t i = 0; i < transitions_; ++i) sampler_.step(here, rng);
  x = sampler_.x();
  return slope * (to - from);
}

}  // namespace gradzoo
