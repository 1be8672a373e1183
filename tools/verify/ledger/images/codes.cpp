#include "gradzoo/models/base/over_examples.h"
#include "tools/verify/ledger/figure.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

constexpr QuantityInfo kWrongByCodes{"wrong_by_codes", "%"};

// Returns the test error as `gradzoo probe` does: fitted to 10,000 images, with others for the weight decay.
Quantities wrong_by_codes(Session& trained) {
  const auto encode = trained.model->abilities().encode;
  const auto of = [&](const Examples& part) { return features_of(part, Pixels::grey, 1, encode); };
  const RunData& data = trained.data;
  const ProbeResult found = probe(of(first_of(data.evaluation_examples(Split::fit), 10'000)),
                                  of(data.evaluation_examples(Split::valid)),
                                  of(data.evaluation_examples(Split::test)), data.shape().classes, 1);
  return {quantity(kWrongByCodes, 100 * found.error.value, "", 100 * found.error.standard_error)};
}

FigureRuns on_noisy_backgrounds(const std::vector<std::string>& noises) {
  FigureRuns runs;
  for (const std::string& noise : noises)
    for (FigureRun& run : seeds_of("dae background=noise hidden=500 steps=6000 " + noise, 2)) {
      run.measure = wrong_by_codes;
      runs.push_back(std::move(run));
    }
  return runs;
}

Refused erred(double with, double without) {
  const Quantities first{quantity(kWrongByCodes, with, "")}, second{quantity(kWrongByCodes, without, "")};
  return measured_as({first, first, second, second});
}

}  // namespace

Rows code_rows() {
  return {figure(
      {"dae.codes",
       "a classifier of digits on noise errs less with a denoiser's codes than with an autoencoder's",
       "Vincent et al. 2008, 2010; Larochelle et al. 2007 (the backgrounds); the bound is ours", 130},
      on_noisy_backgrounds({"sigma=1", "noise=none"}), rise_of(kWrongByCodes), AtLeast{1.5},
      "digits over uniform noise, 784-500, 6,000 steps, a linear classifier on the codes, two seeds; value: "
      "mean error with the plain codes minus mean error with the denoising codes, percent of the test digits",
      {kWrongByCodes},
      {{"codes that are better by 1.4", erred(15.6, 17)}, {"codes that are worse by 2", erred(17, 15)}})};
}

}  // namespace gradzoo
