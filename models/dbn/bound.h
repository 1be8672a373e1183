#pragma once

#include <memory>
#include <vector>

#include "models/networks/rbm_layer.h"

/// Deep belief networks (Hinton, Osindero & Teh 2006): a restricted Boltzmann machine whose visible units are
/// the hidden ones of a directed net below.
///   p(x, h_1 ... h_(L-1)) = p(x | h_1) ... p(h_(L-2) | h_(L-1)) p_top(h_(L-1)),
/// p(. | h) the visible conditional of each layer, p_top the marginal of the top machine.
namespace gradzoo {

/// From the data upwards.
using RbmStack = std::vector<std::unique_ptr<RbmLayer>>;

/// For every x (B, n) one draw of an estimate whose mean is a lower bound of log p(x) (Salakhutdinov & Murray
/// 2008, eq. 18), (B) f64: h_l ~ Q(h_l | h_(l-1)), the hidden conditional of layer l, and
///   sum_l log p(h_(l-1) | h_l) - log Q(h_l | h_(l-1)) - F_top(h_(L-1)) - log Z_top.
Tensor dbn_bound(const RbmStack& layers, const Tensor& x, double top_log_z, Rng& rng);

}  // namespace gradzoo
