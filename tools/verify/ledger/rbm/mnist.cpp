#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/rbm/rbm.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

RowResult rbm_784x16(const RowContext& context) {
  constexpr double kAnnealingError = 0.5;
  const std::vector<std::string> settings = {"hidden=16",    "chains=persistent", "chain_steps=1",
                                             "centred=true", "epochs=40",         "split=train",
                                             "seed=1"};
  const auto trained = train_model_resumably("rbm.784x16", "rbm", settings, context);
  const Quantities found = evaluate_on_test(*trained);
  forget_checkpoints("rbm.784x16", context);
  Rng rng(1, "ledger/784x16");
  const std::optional<Partition> partition = trained->model->abilities().partition;
  const LogPartition up = anneal_up(*partition, {.chains = 100, .temperatures = 10'000}, rng);
  const double off = up.value - found[kLogZ].value;
  return {std::abs(off) <= kAnnealingError ? found[kRbmLogLikelihood].value : NAN, AtLeast{-144},
          fmt::format(
              "{}, dynamic-binary, all 60k: mean log p(x) of the test images, nats/image, log Z = {:.3f} by "
              "enumeration; annealing, 100 chains of 10000 temperatures, is {:+.3f} from it (allowed {})",
              fmt::join(settings, " "), found[kLogZ].value, off, kAnnealingError)};
}

RowResult rbm_784x500(const RowContext& context) {
  const std::vector<std::string> settings = {"hidden=500", "chains=data", "chain_steps=25",
                                             "epochs=60",  "split=train", "seed=1"};
  const auto trained = train_model_resumably("rbm.784x500", "rbm", settings, context);
  const Quantities found = evaluate_on_test(*trained);
  forget_checkpoints("rbm.784x500", context);
  return {found[kRbmLogLikelihood].value, AtLeast{-90},
          fmt::format("{}, dynamic-binary, all 60k: mean log p(x) of the test images, nats/image, {}",
                      fmt::join(settings, " "), found[kLogZ].meaning)};
}

}  // namespace

std::vector<Row> rbm_mnist_rows() {
  return {figure({"rbm.784x16", "16 hidden units learn MNIST as far as they can, and Z is known exactly",
                  "Melchior, Fischer & Wiskott 2016 (PyDeep: about -143)", 60},
                 rbm_784x16),
          figure({"rbm.784x500", "an RBM of 500 units by CD-25",
                  "Salakhutdinov & Murray 2008, table 2: -86.3", 900},
                 rbm_784x500, true)};
}

}  // namespace gradzoo
