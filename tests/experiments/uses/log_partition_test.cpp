#include "experiments/uses/log_partition.h"

#include <algorithm>
#include <cmath>
#include <regex>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

std::unique_ptr<RbmLayer> small_rbm(double scale) {
  Rng rng(4);
  auto layer = std::make_unique<RbmLayer>(12, 6, rng);
  Tensor w = layer->weight().detach();
  w += randn(w.shape(), rng) * scale;
  return layer;
}

TEST_CASE("Both directions and enumeration agree on a small machine, and nothing is warned of") {
  const auto layer = small_rbm(0.5);
  const Partition partition = rbm_partition(*layer, zeros({12}));
  const AnnealingOptions options{.chains = 100, .temperatures = 500};
  std::vector<double> shares;
  const LogZReport report =
      measure_log_z(partition, options, 3, [&](double share) { shares.push_back(share); });
  CHECK(std::ranges::is_sorted(shares));
  REQUIRE_FALSE(shares.empty());
  CHECK(shares.back() == 1);
  Rng downwards(3, "logz/down");  // a stream of its own
  CHECK(report.down.value == anneal_down(partition, options, downwards).value);
  REQUIRE(report.exact);
  CHECK(std::abs(report.up.value - *report.exact) < 4 * report.up.annealing.error);
  CHECK(std::abs(report.down.value - *report.exact) < 4 * report.down.annealing.error);
  CHECK(report.warnings().empty());
  const auto json = log_z_json(report);
  CHECK(json["exact"] == approx(*report.exact));
  for (const char* way : {"forward", "reverse"}) {
    const double value = json[way]["value"], error = json[way]["error"];
    CHECK(json[way]["low"].get<double>() == approx(value - 3 * error));
    CHECK(json[way]["high"].get<double>() == approx(value + 3 * error));
    CHECK(error > 0);
  }
  for (const LogPartition* z : {&report.up, &report.down}) {
    const double error = 3 * z->annealing.error;
    const std::string interval = fmt::format("[{:.3f}, {:.3f}]", z->value - error, z->value + error);
    CHECK(log_z_table(report).find(interval) != std::string::npos);
  }
  CHECK(json["reverse"]["bound"] == true);
  CHECK(log_z_table(report).find("by enumeration") != std::string::npos);
  CHECK(draw_log_z(report).bytes.find(">upwards</text>") != std::string::npos);
}

TEST_CASE("Chains are drawn both ways, and at beta = 0 all of them have the known log Z") {
  const auto layer = small_rbm(0.5);
  const LogZReport report =
      measure_log_z(rbm_partition(*layer, zeros({12})), {.chains = 4, .temperatures = 300}, 3);
  const std::string svg = draw_log_z(report).bytes;
  static const std::regex kChain(
      "<path class=\"line[^>]* d=\"M([-0-9.]+) ([-0-9.]+)[^\"]*L([-0-9.]+) ([-0-9.]+)\"");
  std::vector<double> at_zero;
  for (std::sregex_iterator chain(svg.begin(), svg.end(), kChain), end; chain != end; ++chain) {
    const std::smatch& d = *chain;
    at_zero.push_back(std::stod(std::stod(d[1]) < std::stod(d[3]) ? d[2] : d[4]));
  }
  REQUIRE(at_zero.size() == 8);
  for (const double y : at_zero) CHECK(y == approx(at_zero[0]).epsilon(1e-3));
}

TEST_CASE("Chains in several blocks say the same, with the first block's history") {
  const auto layer = small_rbm(0.5);
  const LogZReport report =
      measure_log_z(rbm_partition(*layer, zeros({12})), {.chains = 260, .temperatures = 300}, 3);
  REQUIRE(report.exact);
  for (const LogPartition* z : {&report.up, &report.down}) {
    CHECK(std::abs(z->value - *report.exact) < 4 * z->annealing.error);
    CHECK(z->annealing.log_weights.size() == 260);
    CHECK(z->annealing.history.size() == 20);
    CHECK(z->annealing.history[0].back() == z->annealing.log_weights.to_vector()[0]);
  }
  CHECK(report.warnings().empty());
}

TEST_CASE("Too few temperatures are warned of in words") {
  const auto layer = small_rbm(4);
  const LogZReport report =
      measure_log_z(rbm_partition(*layer, zeros({12})), {.chains = 50, .temperatures = 2}, 3);
  CHECK_FALSE(report.warnings().empty());
  CHECK(log_z_table(report).find("warning: ") != std::string::npos);
}

TEST_CASE("Of a machine that is too large the cost is told, and the descent is no bound") {
  Rng rng(4);
  const RbmLayer layer(30, 25, rng);
  Partition partition = rbm_partition(layer, zeros({30}));
  partition.end = partition.begin;  // the weights are next to 0, and long chains take long
  const LogZReport report = measure_log_z(partition, {.chains = 20, .temperatures = 20}, 3);
  CHECK_FALSE(report.exact);
  CHECK(log_z_table(report).find("2^25") != std::string::npos);
  CHECK(log_z_table(report).find("not a bound") != std::string::npos);
  const auto json = log_z_json(report);
  CHECK(json["exact"].is_null());
  CHECK(json["reverse"]["bound"] == false);
}

}  // namespace
}  // namespace gradzoo
