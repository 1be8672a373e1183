#include <memory>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/networks/coupling_flow.h"
#include "gradzoo/nn/layers/init.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

constexpr const char* kFlows =
    "f64, parameters N(0, 0.2^2), flows in 2 and 5 dimensions with 6 couplings of 16 units, and of 8 x 8 "
    "pixels with 4 + 4 couplings of 4 and 8 channels and half of the dimensions factored out between; ";

const CouplingFlowOptions kOptions{.couplings = 6, .hidden = {16}};
const CouplingFlowOptions kImageOptions{.couplings = 4, .low_couplings = 4, .channels = 4};

/// Returns a flow in f64 with parameters from N(0, 0.2^2), so that no layer is the identity.
std::unique_ptr<CouplingFlow> stirred_flow(const DataShape& shape, uint64_t seed) {
  Rng rng(seed, "ledger/realnvp/flow");
  auto flow =
      std::make_unique<CouplingFlow>(shape, shape.is_grid() ? kImageOptions : kOptions, rng, DType::f64);
  for (Tensor leaf : flow->parameters()) init::normal(leaf, rng, 0, 0.2);
  return flow;
}

// Returns the largest value of `measure` over the flows, each at some points.
double worst_of_flows(FunctionRef<double(const CouplingFlow& flow, const Tensor& x)> measure) {
  double worst = 0;
  for (const DataShape& shape :
       {DataShape{.example = {2}}, DataShape{.example = {5}}, DataShape{.example = {8, 8}}}) {
    const auto flow = stirred_flow(shape, 1);
    Rng rng(2, "ledger/realnvp");
    const Tensor x = shape.is_grid() ? rand({3, shape.size()}, rng, DType::f64)
                                     : randn({100, shape.size()}, rng, DType::f64) * 2.0;
    worst = std::max(worst, measure(*flow, x));
  }
  return worst;
}

/// A flow's map and its inverse, rows x (B, d).
struct FlowMaps {
  Mapped (*map)(const CouplingFlow& flow, const Tensor& x) = [](auto& flow, auto& x) { return flow.map(x); };
  Mapped (*inverse)(const CouplingFlow& flow, const Tensor& z) = [](auto& flow, auto& z) {
    return flow.inverse(z);
  };
};

RowResult inverse(const FlowMaps& maps, const RowContext&) {
  const double worst = worst_of_flows([&](const CouplingFlow& flow, const Tensor& x) {
    return largest_abs(maps.inverse(flow, maps.map(flow, x).to).to - x);
  });
  return {worst, AtMost{1e-11},
          std::string(kFlows) + "value: largest difference between x and the inverse of its z"};
}

// Returns the largest |log_det - log |det dz/dx|| at three points, with the determinant of the full Jacobian.
RowResult logdet(const FlowMaps& maps, const RowContext&) {
  const double worst = worst_of_flows([&](const CouplingFlow& flow, const Tensor& x) {
    double error = 0;
    for (int64_t i = 0; i < 3; ++i) {
      const Tensor row = x.rows(i, i + 1).clone();
      const Tensor j = jacobian([&](const Tensor& at) { return maps.map(flow, at).to; }, row);
      const double numeric = slogdet(reshape(j, {row.size(), row.size()})).logabsdet.item();
      error = std::max(error, std::abs(maps.map(flow, row).log_det.item() - numeric));
    }
    return error;
  });
  return {worst, AtMost{1e-9},
          std::string(kFlows) +
              "value: largest difference from the log-determinant of the Jacobian at 3 points each, nats"};
}

using FlowLogProb = Tensor (*)(const CouplingFlow& flow, const Tensor& x);

RowResult normalised(FlowLogProb log_prob, const RowContext& context) {
  const auto flow = stirred_flow({.example = {2}}, 1);
  const Grid grid({{-15, -15}, {15, 15}}, context.count(600, 300));
  return {log_integral_error(grid, [&](const Tensor& x) { return log_prob(*flow, x); }), AtMost{1e-6},
          "f64, 6 couplings of 16 units, parameters N(0, 0.2^2), 600^2 cells on [-15, 15]^2; value: |log Z|"};
}

}  // namespace

Rows coupling_flow_rows() {
  return {
      identity({"flow.inverse", "the inverse of a flow of couplings is exact up to rounding",
                "Dinh et al. 2017, eq. 8", 1},
               inverse, {},
               {{"an inverse of another z",
                 {.inverse = [](auto& flow, auto& z) { return flow.inverse(z + 1e-6); }}},
                {"an inverse in f32",
                 {.inverse = [](auto& flow,
                                auto& z) { return flow.inverse(cast(cast(z, DType::f32), DType::f64)); }}}}),
      identity({"flow.logdet", "log |det J| of a flow is the sum of the log-scales of its couplings",
                "Dinh et al. 2017, eq. 6", 1},
               logdet, {},
               {{"1 % of the log-determinant left out",
                 {.map =
                      [](auto& flow, auto& x) {
                        const Mapped at = flow.map(x);
                        return Mapped{at.to, at.log_det * 0.99};
                      }}},
                {"a layer whose scale is not counted",
                 {.map = [](auto& flow, auto& x) { return flow.map(x * 0.9); }}},
                {"a log-determinant of the wrong sign",
                 {.map =
                      [](auto& flow, auto& x) {
                        return Mapped{flow.map(x).to, -flow.map(x).log_det};
                      }}}}),
      identity({"flow.normalised", "the density of a flow integrates to one for all parameters",
                "change of variables", 3},
               normalised, [](auto& flow, auto& x) { return flow.log_prob(x); },
               {{"a log-density that is 1e-4 too large",
                 [](auto& flow, auto& x) { return flow.log_prob(x) + 1e-4; }},
                {"a density of another x", [](auto& flow, auto& x) { return flow.log_prob(x * 1.01); }}})};
}

}  // namespace gradzoo
