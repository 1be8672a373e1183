#include "tools/ledger/classifier/figures.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/classifier/classifier.h"
#include "tools/ledger/train_model.h"

namespace gradzoo {
namespace {

RowResult test_error(const RowContext& context) {
  std::vector<double> errors;
  for (const int seed : {1, 2, 3}) {
    const auto trained =
        train_model_resumably("classifier.test_error", "classifier", {fmt::format("seed={}", seed)}, context);
    errors.push_back(evaluate_on_test(*trained)[kClassifierError].value);
  }
  forget_checkpoints("classifier.test_error", context);
  const double worst = *std::ranges::max_element(errors);
  return {worst, AtMost{2.5},
          fmt::format("784-512-256-10 ReLU, 10 epochs of 55k, MNIST's test set: seeds {:.2f}, {:.2f}, {:.2f} "
                      "percent; value: the worst",
                      errors[0], errors[1], errors[2])};
}

}  // namespace

std::vector<Row> classifier_figure_rows() {
  return {{"classifier.test_error", RowKind::figure,
           "the classifier that samples are held against errs on at most 2.5 % of the test digits",
           "Simard, Steinkraus & Platt 2003, table 1: 1.6 % with 800 hidden units", false, 80, test_error}};
}

}  // namespace gradzoo
