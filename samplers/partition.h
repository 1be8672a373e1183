#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "samplers/ais.h"

/// The normalising constant Z of an unnormalised density: by enumeration if possible, otherwise bracketed by
/// annealed importance sampling, forward (below log Z on average) and reverse (above).
namespace gradzoo {

/// What a model knows about its Z beforehand.
struct Partition {
  std::shared_ptr<AnnealingPath> path = {};         ///< from a density whose Z is known to the model's
  double begin_log_z = 0;                           ///< log Z of where the path begins
  std::function<Tensor(int64_t, Rng&)> begin = {};  ///< n exact samples of the former
  /// n samples of the model: exact ones if `exact` is set, otherwise the ends of long chains.
  std::function<Tensor(int64_t, Rng&)> end = {};
  std::function<double()> exact = {};  ///< log Z by enumeration; empty where that is out of reach
  std::string cost = "";               ///< what enumeration would take
};

/// How long annealing takes.
struct AnnealingOptions {
  int64_t chains = 100;           ///< runs side by side
  int64_t temperatures = 10'000;  ///< from 0 to 1, along the path

  void describe(OptionTable& options);
};

/// `count` temperatures from 0 to 1 in equal steps. Throws Error below 2.
std::vector<double> temperatures_up(int64_t count);

/// The estimate of log Z by annealing.
struct LogPartition {
  double value;           ///< of log Z
  AisEstimate annealing;  ///< what it was made of
};
/// Forward, from exact samples: below log Z on average. `done` receives the share that is done.
LogPartition anneal_up(const Partition& partition, const AnnealingOptions& options, Rng& rng,
                       const std::function<void(double)>& done = {});
/// Reverse, from samples of the model: above log Z on average if those are exact.
LogPartition anneal_down(const Partition& partition, const AnnealingOptions& options, Rng& rng,
                         const std::function<void(double)>& done = {});

}  // namespace gradzoo
