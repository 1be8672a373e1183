#include "tools/ledger/nce/rows.h"

#include <cmath>

#include <doctest/doctest.h>

#include "models/nce/objective.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

TEST_CASE("nce.gaussian_logz holds, and sees a forgotten nu, noise without its constant and a sign") {
  const NceParts right{nce_logit, nce_data_loss, nce_noise_loss};
  CHECK(gaussian_logz_error(right, 5) < 1e-6);
  const auto without_nu = [](const Tensor& log_model, const Tensor& log_noise, double) {
    return nce_logit(log_model, log_noise);
  };
  CHECK(gaussian_logz_error({without_nu, nce_data_loss, nce_noise_loss}, 5) > 0.1);
  const auto unnormalised = [](const Tensor& log_model, const Tensor& log_noise, double nu) {
    return nce_logit(log_model, log_noise + std::log(8 * M_PI), nu);
  };
  CHECK(gaussian_logz_error({unnormalised, nce_data_loss, nce_noise_loss}, 1) > 0.1);
  CHECK(gaussian_logz_error({nce_logit, nce_noise_loss, nce_data_loss}, 1) > 0.1);
}

TEST_CASE("cnce.score_matching_limit holds, and sees a sign, a missing factor and a missing pair") {
  CHECK(std::abs(cnce_remainder_ratio(cnce_loss, 0.05) - 16) < 0.2);
  const auto reversed = [](const Tensor& f_data, const Tensor& f_noise) {
    return cnce_loss(f_noise, f_data);
  };
  CHECK(std::abs(cnce_remainder_ratio(reversed, 0.05) - 16) > 1);
  const auto doubled = [](const Tensor& f_data, const Tensor& f_noise) {
    return cnce_loss(f_data * 2.0, f_noise * 2.0);
  };
  CHECK(std::abs(cnce_remainder_ratio(doubled, 0.05) - 16) > 1);
  const auto one_sided = [](const Tensor&, const Tensor& f_noise) { return softplus(f_noise); };
  CHECK(std::abs(cnce_remainder_ratio(one_sided, 0.05) - 16) > 1);
}

}  // namespace
}  // namespace gradzoo
