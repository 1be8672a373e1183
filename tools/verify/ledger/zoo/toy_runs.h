#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Trainings of every model on every toy.
namespace gradzoo {

/// A model and a toy that it can learn.
struct ToyRun {
  std::string model, toy;
};

/// Returns all pairs of a model and a toy that the model accepts.
std::vector<ToyRun> toy_runs();

/// Trains `steps` steps with the default settings and `assignments` (key=value). Returns "" if the final
/// State is finite, else the error.
std::string toy_run_failure(const ToyRun& run, int64_t steps,
                            const std::vector<std::string>& assignments = {});

}  // namespace gradzoo
