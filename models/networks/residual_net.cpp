#include "models/networks/residual_net.h"

#include <numeric>

#include <fmt/format.h>

namespace gradzoo {
namespace {

constexpr int64_t kMostGroups = 8;

ConvLayerOptions padded(const ResidualNetOptions& options, init::Initializer init = {}) {
  return {.conv = {.padding = 1}, .init = std::move(init), .dtype = options.dtype};
}

GroupNorm norm_of(const ResidualNetOptions& options) {
  return GroupNorm(std::gcd(kMostGroups, options.channels), options.channels, {.silu = true}, options.dtype);
}

}  // namespace

ResidualNet::Block::Block(Rng& rng, const ResidualNetOptions& options)
    : norm_in(norm_of(options)),
      norm_out(norm_of(options)),
      conv_in(options.channels, options.channels, 3, rng, padded(options)),
      conv_out(options.channels, options.channels, 3, rng, padded(options)) {}

ResidualNet::ResidualNet(int64_t in, int64_t out, Rng& rng, const ResidualNetOptions& options)
    : in_(in, options.channels, 3, rng, padded(options)),
      norm_(norm_of(options)),
      out_(options.channels, out, 3, rng, padded(options, init::zeros)) {
  register_module("in", in_);
  for (int64_t i = 0; i < options.blocks; ++i) {
    Block& block = *blocks_.emplace_back(std::make_unique<Block>(rng, options));
    const std::string name = fmt::format("block_{}", i);
    register_module(name + "_norm_in", block.norm_in);
    register_module(name + "_conv_in", block.conv_in);
    register_module(name + "_norm_out", block.norm_out);
    register_module(name + "_conv_out", block.conv_out);
  }
  register_module("norm", norm_);
  register_module("out", out_);
}

Tensor ResidualNet::forward(const Tensor& x) const {
  Tensor h = in_(x);
  for (const auto& block : blocks_)
    h = h + block->conv_out(block->norm_out(block->conv_in(block->norm_in(h))));
  return out_(norm_(h));
}

}  // namespace gradzoo
