#include <cmath>

#include <fmt/format.h>

#include "gradzoo/models/networks/rbm_layer.h"

namespace gradzoo {
namespace {

constexpr int64_t kLongChain = 10'000;  // Gibbs steps

}  // namespace

Partition rbm_partition(const RbmLayer& layer, const Tensor& base_bias) {
  const auto path = std::make_shared<RbmPath>(layer, base_bias);
  Partition out{.path = path,
                .begin_log_z = path->begin_log_partition(),
                .begin = [path](int64_t n, Rng& rng) { return path->begin(n, rng); }};
  if (is_enumerable(layer)) {
    out.end = [&layer](int64_t n, Rng& rng) { return exact_samples(layer, n, rng); };
    out.exact = [&layer] { return exact_log_partition(layer); };
    return out;
  }
  out.end = [&layer, path](int64_t n, Rng& rng) {
    return RbmGibbs(layer).walk(path->begin(n, rng), kLongChain, rng);
  };
  const int64_t side = std::min(layer.visible(), layer.hidden());
  out.cost = fmt::format("an exact log Z sums 2^{} = 10^{:.0f} states, about a million a second", side,
                         static_cast<double>(side) * std::log10(2.0));
  return out;
}

RbmLogPartition rbm_log_partition(const RbmLayer& layer, const Tensor& base_bias,
                                  const AnnealingOptions& options, uint64_t seed) {
  if (is_enumerable(layer)) return {exact_log_partition(layer), NAN, "log Z exact"};
  Rng rng(seed, "eval/annealing");
  const LogPartition up = anneal_up(rbm_partition(layer, base_bias), options, rng);
  const bool trusted = !up.annealing.is_of_few();
  return {
      up.value, up.annealing.error,
      fmt::format("log Z = {:.2f} +- {:.2f} by annealed importance sampling, {} chains of {} temperatures, "
                  "ESS {:.2f}{}",
                  up.value, up.annealing.error, options.chains, options.temperatures, up.annealing.ess,
                  trusted ? ""
                          : ": a few chains carry it, so that it is not to be trusted; more "
                            "ais_temperatures"),
      trusted};
}

}  // namespace gradzoo
