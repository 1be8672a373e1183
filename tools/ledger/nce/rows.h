#pragma once

#include "autograd/tensor.h"
#include "base/function_ref.h"
#include "tools/ledger/row.h"

/// Identities of noise-contrastive estimation. Each measurement takes what it measures as an argument, so
/// that a test can plant an error.
namespace gradzoo {

std::vector<Row> nce_rows();

/// The objective as models/nce/objective.h has it.
struct NceParts {
  FunctionRef<Tensor(const Tensor& log_model, const Tensor& log_noise, double nu)> logit;
  FunctionRef<Tensor(const Tensor&logit)> data_loss, noise_loss;
};
/// f(x) = -x'Ax/2 and c, learned by Newton's method from the expected objective (an integral over the plane,
/// no samples) against Gaussian data and wider Gaussian noise: the larger of |c - log Z|, log Z = log 2 pi -
/// log det(A)/2 of the learned A, and of |A - covariance^-1|.
double gaussian_logz_error(const NceParts& parts, double nu);

/// How conditional NCE's loss of a point x, averaged over xi exactly, leaves its expansion
///     log 2 + eps^2/4 (tr H + |grad f|^2 / 2) + O(eps^4):
/// the remainder at eps over that at eps/2, each as root mean square over 12 points: 16 where the expansion
/// is right, 4 where its eps^2 term is not.
double cnce_remainder_ratio(FunctionRef<Tensor(const Tensor& f_data, const Tensor& f_noise)> loss,
                            double eps);

}  // namespace gradzoo
