#pragma once

#include <cstdint>
#include <string>

#include "nn/layers/module.h"
#include "nn/learn/learner.h"
#include "tools/lab/lab.h"

namespace gradzoo {

struct FitOptions {
  int64_t steps;
  double lr = 1e-3;  // at first; it falls to 0 as half a cosine
  OptimizerMaker optimizer = adam();
};

/// Trains a module: `loss` gives the scalar loss of a step, recorded on the tape that lives meanwhile. Tells
/// `context` of each quarter, as `what`. Returns the seconds that it took.
double fit(const Module& module, const FitOptions& options, const LabContext& context,
           const std::string& what, FunctionRef<Tensor(int64_t step)> loss);

}  // namespace gradzoo
