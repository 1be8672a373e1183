#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What holds of every model of the list.
namespace gradzoo {

/// A model and a toy that it can learn.
struct ToyRun {
  std::string model, toy;
};

/// Each model of points with each toy, but for those that it refuses.
std::vector<ToyRun> toy_runs();

/// "" where `steps` steps by the defaults end with a State that is finite, else what went wrong.
/// `assignments` are set on top, key=value.
std::string toy_run_failure(const ToyRun& run, int64_t steps,
                            const std::vector<std::string>& assignments = {});

}  // namespace gradzoo
