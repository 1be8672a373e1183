#include "samplers/partition.h"

#include <algorithm>

#include "base/error.h"

namespace gradzoo {

void AnnealingOptions::describe(OptionTable& options) {
  options.add("ais_chains", chains, "chains of annealed importance sampling, when eval estimates log Z",
              {1, 1e6});
  options.add("ais_temperatures", temperatures, "temperatures that each goes through", {2, 1e8});
}

std::vector<double> temperatures_up(int64_t count) {
  if (count < 2) throw Error("ais: {} temperatures. Hint: two or more, 10000 say", count);
  std::vector<double> betas(static_cast<size_t>(count));
  for (size_t i = 0; i < betas.size(); ++i)
    betas[i] = static_cast<double>(i) / static_cast<double>(count - 1);
  return betas;
}

namespace {

void check_chains(int64_t chains) {
  if (chains < 1) throw Error("ais: {} chains. Hint: one or more, 100 say", chains);
}

}  // namespace

LogPartition anneal_up(const Partition& partition, const AnnealingOptions& options, Rng& rng) {
  check_chains(options.chains);
  const std::vector<double> betas = temperatures_up(options.temperatures);
  AisEstimate found =
      annealed_importance_sampling(*partition.path, partition.begin(options.chains, rng), betas, rng);
  return {partition.begin_log_z + found.log_ratio, std::move(found)};
}

LogPartition anneal_down(const Partition& partition, const AnnealingOptions& options, Rng& rng) {
  check_chains(options.chains);
  std::vector<double> betas = temperatures_up(options.temperatures);
  std::ranges::reverse(betas);
  AisEstimate found =
      annealed_importance_sampling(*partition.path, partition.end(options.chains, rng), betas, rng);
  return {partition.begin_log_z - found.log_ratio, std::move(found)};
}

}  // namespace gradzoo
