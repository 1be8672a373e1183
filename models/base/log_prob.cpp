#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/abilities.h"

namespace gradzoo {

LogProb log_prob_by(const Target& target) {
  constexpr int64_t kNoiseDraws = 100;
  const double t = target.data_noise;
  return {.of =
              [target, t](const Tensor& x, Rng& rng) {
                const NoGrad quiet;
                return log_prob_of(target, t > 0 ? x + randn_like(x, rng) * t : x);
              },
          .meaning = t > 0 ? fmt::format("f(x + {:g} z), z ~ N(0, I), and f = log p + log Z", t)
                           : "f(x) = log p(x) + log Z",
          .draws = t > 0 ? kNoiseDraws : 0};
}

}  // namespace gradzoo
