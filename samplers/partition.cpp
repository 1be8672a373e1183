#include <algorithm>

#include "gradzoo/base/error.h"
#include "gradzoo/samplers/ais.h"

namespace gradzoo {

void AnnealingOptions::describe(OptionTable& options) {
  options.add("ais_chains", chains, "chains of annealed importance sampling when eval estimates log Z",
              {1, 1e6});
  options.add("ais_temperatures", temperatures, "temperatures of the path", {2, 1e8});
}

std::vector<double> temperatures_up(int64_t count) {
  if (count < 2) throw Error("ais: {} temperatures. Hint: two or more, 10000 say", count);
  std::vector<double> betas(static_cast<size_t>(count));
  for (size_t i = 0; i < betas.size(); ++i)
    betas[i] = static_cast<double>(i) / static_cast<double>(count - 1);
  return betas;
}

namespace {

/// A path that reports how much of it is done.
class ToldPath : public AnnealingPath {
 public:
  ToldPath(AnnealingPath& path, int64_t moves, const std::function<void(double)>& done)
      : path_(path), moves_(static_cast<double>(moves)), done_(done) {}
  Tensor advance(Tensor& x, double from, double to, Rng& rng) override {
    Tensor weights = path_.advance(x, from, to, rng);
    if (done_) done_(++moved_ / moves_);
    return weights;
  }

 private:
  AnnealingPath& path_;
  double moves_, moved_ = 0;
  const std::function<void(double)>& done_;
};

AisEstimate annealed(const Partition& partition, const AnnealingOptions& options, bool up, Rng& rng,
                     const std::function<void(double)>& done) {
  if (options.chains < 1) throw Error("ais: {} chains. Hint: one or more, 100 say", options.chains);
  std::vector<double> betas = temperatures_up(options.temperatures);
  if (!up) std::ranges::reverse(betas);
  ToldPath path(*partition.path, options.temperatures - 1, done);
  const auto& start = up ? partition.begin : partition.end;
  return annealed_importance_sampling(path, start(options.chains, rng), betas, rng);
}

}  // namespace

LogPartition anneal_up(const Partition& partition, const AnnealingOptions& options, Rng& rng,
                       const std::function<void(double)>& done) {
  AisEstimate found = annealed(partition, options, true, rng, done);
  return {partition.begin_log_z + found.log_ratio, std::move(found)};
}

LogPartition anneal_down(const Partition& partition, const AnnealingOptions& options, Rng& rng,
                         const std::function<void(double)>& done) {
  AisEstimate found = annealed(partition, options, false, rng, done);
  return {partition.begin_log_z - found.log_ratio, std::move(found)};
}

}  // namespace gradzoo
