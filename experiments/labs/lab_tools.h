#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/experiments/labs/lab.h"
#include "gradzoo/models/pictures/picture.h"
#include "gradzoo/models/run/session.h"
#include "gradzoo/nn/layers/module.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/plot/chart.h"
#include "gradzoo/plot/image.h"

/// Functions that several labs use.
namespace gradzoo {

template <class L>
LabEntry lab_entry(int level, std::string name, std::string idea, std::string source) {
  return {std::move(name), std::move(idea), std::move(source), level,
          []() -> std::unique_ptr<Lab> { return std::make_unique<L>(); }};
}

/// Returns a value with four significant digits, or "-" for NaN.
std::string number_text(double value);

/// Returns the headings and then the rows of a table as texts.
std::vector<std::vector<std::string>> text_rows(const LabTable& table);

/// The settings of fit().
struct FitOptions {
  int64_t steps;
  double lr = 1e-3;  // first learning rate; it falls to 0 along half a cosine
  OptimizerMaker optimizer = adam();
};

/// Trains a module. `loss` returns the scalar loss of a step and is called while a tape records. Reports each
/// quarter of the steps to `context`, with the name `what`. Returns the training time in seconds.
double fit(const Module& module, const FitOptions& options, const LabContext& context,
           const std::string& what, FunctionRef<Tensor(int64_t step)> loss);

/// Trains in memory like `gradzoo train MODEL --set KEY=VALUE ...`; `line` is "MODEL KEY=VALUE ...". Reports
/// each tenth of the steps to `context`.
std::unique_ptr<Session> train(const std::string& line, const LabContext& context);

/// The assignment of samples (n, d) to their nearest centres (k, d).
struct Nearest {
  std::vector<double> shares;     // (k): fraction of the samples per centre
  std::vector<double> distances;  // (n): distance of each sample to its nearest centre
};
Nearest nearest_centres(const Tensor& samples, const Tensor& centres);

/// Returns 1/2 sum |p_i - q_i|, the largest difference between the probabilities of any set.
double total_variation(const std::vector<double>& p, const std::vector<double>& q);

/// Returns the fraction of the values that are at most `bound`.
double share_within(const std::vector<double>& values, double bound);

/// Returns a picture of several planes side by side.
LabPicture planes_picture(std::string name, std::string caption, std::vector<Plane> planes);

}  // namespace gradzoo
