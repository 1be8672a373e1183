#include "tools/ledger/realnvp/rows.h"

#include <algorithm>
#include <cmath>

#include "autograd/functional/functional.h"
#include "autograd/ops.h"
#include "models/eval/quadrature.h"
#include "nn/layers/init.h"

namespace gradzoo {
namespace {

constexpr const char* kFlows =
    "f64, parameters N(0, 0.2^2): flows of 2 and of 5 numbers, 6 couplings of 16 units, and of 8 x 8 pixels, "
    "2 x 4 "
    "couplings of 4 and 8 channels; ";

const CouplingFlowOptions kOptions{.couplings = 6, .hidden = {16}};
const CouplingFlowOptions kImageOptions{.couplings = 4, .channels = 4};

// The largest of what `measure` gives of each flow at some points.
double worst_of_flows(FunctionRef<double(const CouplingFlow& flow, const Tensor& x)> measure) {
  double worst = 0;
  for (const DataShape& shape :
       {DataShape{.example = {2}}, DataShape{.example = {5}}, DataShape{.example = {8, 8}}}) {
    const auto flow = stirred_flow(shape, 1);
    Rng rng(2, "ledger/realnvp");
    const Tensor x = shape.is_image() ? rand({3, shape.size()}, rng, DType::f64)
                                      : randn({100, shape.size()}, rng, DType::f64) * 2.0;
    worst = std::max(worst, measure(*flow, x));
  }
  return worst;
}

RowResult inverse(const RowContext&) {
  const double worst = worst_of_flows([](const CouplingFlow& flow, const Tensor& x) {
    return flow_inverse_error([&](const Tensor& at) { return flow.map(at); },
                              [&](const Tensor& z) { return flow.inverse(z); }, x);
  });
  return {worst, AtMost{1e-11}, std::string(kFlows) + "x to z and back: largest difference"};
}

RowResult logdet(const RowContext&) {
  const double worst = worst_of_flows([](const CouplingFlow& flow, const Tensor& x) {
    return flow_logdet_error([&](const Tensor& at) { return flow.map(at); }, x.rows(0, 3).clone());
  });
  return {worst, AtMost{1e-9},
          std::string(kFlows) +
              "against slogdet of the Jacobian by reverse sweeps, 3 points each: largest "
              "difference, nats"};
}

RowResult normalised(const RowContext&) {
  const auto flow = stirred_flow({.example = {2}}, 1);
  const double error = flow_mass_error([&](const Tensor& x) { return flow->log_prob(x); });
  return {
      error, AtMost{1e-6},
      "f64, 6 couplings of 16 units, parameters N(0, 0.2^2): |log of the integral over [-15, 15]^2|, 600^2 "
      "cells"};
}

}  // namespace

std::unique_ptr<CouplingFlow> stirred_flow(const DataShape& shape, uint64_t seed) {
  Rng rng(seed, "ledger/realnvp/flow");
  auto flow =
      std::make_unique<CouplingFlow>(shape, shape.is_image() ? kImageOptions : kOptions, rng, DType::f64);
  for (const NamedTensor& named : flow->named_parameters()) {
    Tensor leaf = named.tensor;
    init::normal(leaf, rng, 0, 0.2);
  }
  return flow;
}

double flow_inverse_error(FlowMap map, FlowMap inverse, const Tensor& x) {
  return max(abs(inverse(map(x).to).to - x)).item();
}

double flow_logdet_error(FlowMap map, const Tensor& x) {
  double worst = 0;
  for (int64_t i = 0; i < x.dim(0); ++i) {
    const Tensor row = x.rows(i, i + 1).clone();
    const int64_t d = row.size();
    const Tensor j = jacobian([&](const Tensor& at) { return map(at).to; }, row);
    const double numeric = slogdet(reshape(j, {d, d})).logabsdet.item();
    worst = std::max(worst, std::abs(map(row).log_det.item() - numeric));
  }
  return worst;
}

double flow_mass_error(TensorFn log_prob) {
  const Grid grid({{-15, -15}, {15, 15}}, 600);
  return std::abs(log_partition(grid, on_grid(grid, log_prob)));
}

std::vector<Row> realnvp_rows() {
  return {{"flow.inverse", RowKind::identity, "a flow of couplings undoes itself to rounding",
           "Dinh et al. 2017, eq. 8", true, 1, inverse},
          {"flow.logdet", RowKind::identity, "log |det J| of a flow is the sum of what its couplings stretch",
           "Dinh et al. 2017, eq. 6", true, 1, logdet},
          {"flow.normalised", RowKind::identity,
           "the density of a flow integrates to one, whatever its parameters", "change of variables", true, 3,
           normalised}};
}

}  // namespace gradzoo
