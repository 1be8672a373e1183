#include "tools/run/metric_name.h"

#include <doctest/doctest.h>

using namespace gradzoo;

TEST_CASE("A key's unit is told from its name") {
  CHECK(metric_name("bce_kl_nats_per_image").name == "bce kl");
  CHECK(metric_name("bce_kl_nats_per_image").unit == "nats/image");
  CHECK(metric_name("kl_nats").name == "kl");
  CHECK(metric_name("kl_nats").unit == "nats");
  CHECK(metric_name("nll_bits_per_dim").unit == "bits/dim");
  CHECK(metric_name("error_percent").name == "error");
  CHECK(metric_name("error_percent").unit == "%");
  CHECK(metric_name("modes_covered_modes").name == "modes covered");
  CHECK(metric_name("grad_norm").name == "grad norm");
  CHECK(metric_name("grad_norm").unit.empty());
}
