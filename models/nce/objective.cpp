#include <cmath>

#include "gradzoo/models/nce/nce.h"

namespace gradzoo {

Tensor nce_logit(const Tensor& log_model, const Tensor& log_noise, double nu) {
  if (!(nu > 0)) throw Error("nce: {} noise points for each data point. Hint: 1 or more", nu);
  return log_model - log_noise - std::log(nu);
}

Tensor nce_data_loss(const Tensor& logit) { return softplus(neg(logit)); }

Tensor nce_noise_loss(const Tensor& logit) { return softplus(logit); }

Tensor cnce_loss(const Tensor& f_data, const Tensor& f_noise) { return softplus(f_noise - f_data); }

}  // namespace gradzoo
