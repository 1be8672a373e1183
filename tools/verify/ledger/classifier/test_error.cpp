#include <algorithm>

#include <fmt/format.h>

#include "models/classifier/classifier.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

// The worst percentage of errors on the test set among seeds 1, 2, ....
double worst_error(const std::string& row, const std::vector<std::string>& assignments, int seeds,
                   const RowContext& context, std::string& each) {
  double worst = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    std::vector<std::string> all = assignments;
    all.push_back(fmt::format("seed={}", seed));
    const auto trained = train_model_resumably(row, "classifier", all, context);
    const double error = evaluate_on_test(*trained)[kClassifierError].value;
    each += fmt::format("{}{:.2f}", seed == 1 ? "" : ", ", error);
    worst = std::max(worst, error);
  }
  forget_checkpoints(row, context);
  return worst;
}

RowResult test_error(const RowContext& context) {
  std::string each;
  const double worst = worst_error("classifier.test_error", {"net=mlp"}, 3, context, each);
  return {worst, AtMost{2.5},
          fmt::format(
              "784-512-256-10 ReLU, 10 epochs of 55k, MNIST's test set: seeds {} percent; value: the worst",
              each)};
}

RowResult cnn_error(const RowContext& context) {
  std::string each;
  const double error = worst_error("classifier.cnn_error", {}, 1, context, each);
  return {error, AtMost{0.8},
          "the default network: 3x3 convolutions of 16, 16, 32, 32 channels and a layer of 128, 16 epochs of "
          "55k moved "
          "by up to 2 pixels, MNIST's test set, seed 1, percent"};
}

}  // namespace

std::vector<Row> classifier_rows() {
  return {
      figure({"classifier.test_error",
              "the classifier that samples are held against errs on at most 2.5 % of the test digits",
              "Simard, Steinkraus & Platt 2003, table 1: 1.6 % with 800 hidden units", 80},
             test_error),
      figure({"classifier.cnn_error", "the convolutional classifier errs on at most 0.8 % of the test digits",
              "LeCun et al. 1998, table 1: LeNet-5 0.95 %, with distortions 0.8 %", 300},
             cnn_error)};
}

}  // namespace gradzoo
