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

/// What labs are made with beside the library.
namespace gradzoo {

template <class L>
LabEntry lab_entry(int level, std::string name, std::string idea, std::string source) {
  return {std::move(name), std::move(idea), std::move(source), level,
          []() -> std::unique_ptr<Lab> { return std::make_unique<L>(); }};
}

/// Four significant digits; "-" where it is not a number.
std::string number_text(double value);

/// The table's lines as texts, its headings first.
std::vector<std::vector<std::string>> text_rows(const LabTable& table);

struct FitOptions {
  int64_t steps;
  double lr = 1e-3;  // at first; it falls to 0 as half a cosine
  OptimizerMaker optimizer = adam();
};

/// Trains a module: `loss` gives the scalar loss of a step, recorded on the tape that lives meanwhile. Tells
/// `context` of each quarter, as `what`. Returns the seconds that it took.
double fit(const Module& module, const FitOptions& options, const LabContext& context,
           const std::string& what, FunctionRef<Tensor(int64_t step)> loss);

/// Trains in memory what `gradzoo train MODEL --set KEY=VALUE ...` would train, `line` being "MODEL KEY=VALUE
/// ...", and tells `context` of each tenth.
std::unique_ptr<Session> train(const std::string& line, const LabContext& context);

/// Where samples (n, d) lie among centres (k, d): each belongs to its nearest.
struct Nearest {
  std::vector<double> shares;     // (k), of all samples
  std::vector<double> distances;  // (n), to the nearest centre
};
Nearest nearest_centres(const Tensor& samples, const Tensor& centres);

/// 1/2 sum |p_i - q_i|: the largest difference of the probabilities of a set.
double total_variation(const std::vector<double>& p, const std::vector<double>& q);

/// The share of values that are at most `bound`.
double share_within(const std::vector<double>& values, double bound);

/// Views side by side.
LabPicture planes_picture(std::string name, std::string caption, std::vector<Plane> planes);

}  // namespace gradzoo
