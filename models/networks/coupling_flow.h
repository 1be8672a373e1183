#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "datasets/dataset.h"
#include "models/networks/flow_layers.h"

namespace gradzoo {

struct CouplingFlowOptions {
  int64_t couplings = 8;                     // of images: at each of two resolutions
  std::vector<int64_t> hidden = {128, 128};  // of points: of each coupling's perceptron
  int64_t channels = 32;  // of images: of its convolutions, twice as many at the lower resolution

  void describe(OptionTable& options);
  /// Those of points, each name behind `prefix`, of a model that has a flow beside something else.
  void describe_of_points(OptionTable& options, const std::string& prefix);
};

/// Throws Error, naming `model`, for data that no affine coupling bends: of one number, of 0 and 1, images
/// whose sides are no multiples of 4.
void check_flowable(const char* model, const DataShape& shape);

/// RealNVP (Dinh et al. 2017): an invertible map from data to N(0, I), so that
///   log p(x) = log N(z(x); 0, I) + log |det dz/dx|.
/// Points: actnorm and an affine coupling by a perceptron, again and again, odd and even numbers by turns.
/// Images of pixels in [0, 1]: a logit, then at half and at a quarter of the resolution, pixels squeezed into
/// channels, the same with convolutions; masks by turns are the checkerboard of the pixels (after a squeeze a
/// choice of channels) and its other half, upper and lower rows of the windows of 2 x 2.
class CouplingFlow : public Module {
 public:
  /// Throws Error where check_flowable does.
  CouplingFlow(const DataShape& shape, const CouplingFlowOptions& options, Rng& rng,
               DType dtype = DType::f32);
  /// x (B, numbers) -> z (B, numbers) and log |det dz/dx| (B).
  Mapped map(const Tensor& x) const;
  /// z (B, numbers) -> x (B, numbers) and log |det dx/dz| (B).
  Mapped inverse(const Tensor& z) const;
  /// Nats: x (B, numbers) -> (B).
  Tensor log_prob(const Tensor& x) const;
  /// Inverses of N(0, temperature^2 I): (n, numbers).
  Tensor sample(int64_t n, Rng& rng, double temperature = 1) const;
  /// Samples with their log-densities, of one pass; on a live tape both are functions of the parameters.
  struct Drawn {
    Tensor x, log_prob;  // (n, numbers), (n)
  };
  Drawn draw(int64_t n, Rng& rng) const;
  /// Before training: every actnorm from a batch of data (B, numbers), B at least 2.
  void begin_at(const Tensor& x);

 private:
  void append(std::unique_ptr<FlowLayer> layer);
  void append_points(const CouplingFlowOptions& options, Rng& rng);
  void append_images(const CouplingFlowOptions& options, Rng& rng);
  Tensor entered(const Tensor& x) const;  // as the first layer takes it

  DataShape shape_;
  DType dtype_;
  std::vector<std::unique_ptr<FlowLayer>> layers_;
};

}  // namespace gradzoo
