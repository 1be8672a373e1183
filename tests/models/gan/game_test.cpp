#include "gradzoo/models/gan/game.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

TEST_CASE("a discriminator on the line nears p / (p + q), by a rate that falls to 0") {
  const TwoBumps p{1.5, 0.5}, q{0, 2};
  TrainedDiscriminator trained(
      [](const Tensor& real, const Tensor& fake) { return mean(softplus(neg(real))) + mean(softplus(fake)); },
      p, q, 400, 1);
  const DiscriminatorErrors errors = trained.on_line(p, q).errors();
  CHECK(errors.mean < 0.02);
  CHECK(errors.sup < 0.06);
}

}  // namespace
}  // namespace gradzoo
