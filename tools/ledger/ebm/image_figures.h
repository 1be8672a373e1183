#pragma once

#include <optional>
#include <vector>

#include "autograd/random.h"
#include "base/function_ref.h"
#include "models/eval/estimate.h"
#include "tools/ledger/row.h"

/// What energies of digits are good for without their Z. Each measurement takes what it measures as an
/// argument, so that a test can plant an error.
namespace gradzoo {

std::vector<Row> ebm_image_figure_rows();

/// Scores of images, (n, pixels) -> (n): the higher, the less expected.
using AnomalyScore = FunctionRef<Tensor(const Tensor& images)>;
/// AUROC of each set against the images that are expected.
struct AnomalyFigures {
  Estimate noise;                   // uniform
  Estimate held_out;                // a digit that training left out
  std::optional<Estimate> fashion;  // Fashion-MNIST, where it is there
};
AnomalyFigures measure_anomalies(AnomalyScore score, const Tensor& expected, const Tensor& held_out,
                                 const Tensor& fashion, Rng& rng);
/// The smallest AUROC over what it must be, .99 of noise and .95 of Fashion-MNIST: at least 1.
double anomaly_figure(const AnomalyFigures& found);

/// Gain in PSNR of guesses from images (n, pixels) with Gaussian noise: dB, mean over the images.
struct DenoisingGain {
  Estimate before, gain;
};
DenoisingGain measure_denoising(FunctionRef<Tensor(const Tensor& noisy)> denoise, const Tensor& images,
                                double sigma, Rng& rng);

}  // namespace gradzoo
