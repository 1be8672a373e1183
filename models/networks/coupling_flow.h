#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "datasets/dataset.h"
#include "models/networks/flow_layers.h"

namespace gradzoo {

/// What CouplingFlow takes.
struct CouplingFlowOptions {
  int64_t couplings = 8;                     ///< of images: at half the resolution
  std::vector<int64_t> hidden = {128, 128};  ///< of points: of each coupling's perceptron
  int64_t low_couplings = 6;                 ///< of images: at a quarter of the resolution
  int64_t channels = 32;  ///< of images: of each coupling's network; twice as many at the lower resolution
  int64_t blocks = 2;     ///< of images: residual blocks of that network

  void describe(OptionTable& options);
  /// The options for points, with `prefix` before each name, for a model that contains a flow among other
  /// parts.
  void describe_of_points(OptionTable& options, const std::string& prefix);
};

/// Throws Error, naming `model`, for data that affine couplings cannot model: one-dimensional, binary, or
/// images whose sides are not multiples of 4.
void check_flowable(const char* model, const DataShape& shape);

/// RealNVP (Dinh et al. 2017): an invertible map from data to N(0, I), so that
///   log p(x) = log N(z(x); 0, I) + log |det dz/dx|.
/// Points: pairs of an actnorm and an affine coupling by a perceptron, which take turns between odd and even
/// coordinates. Images with pixels in [0, 1]: a logit; windows of 2 x 2 pixels squeezed into channels; pairs
/// of an actnorm and a coupling by a residual network. Then half of the channels, the upper rows of the
/// windows, is code, and the other half goes, squeezed once more, through such pairs at a quarter of the
/// sides (Dinh et al. 2017, section 3.6). The masks take turns: the checkerboard of the pixels (after a
/// squeeze, a choice of channels), its complement, the upper and the lower rows of the windows of 2 x 2.
class CouplingFlow : public FlowSequence {
 public:
  /// Throws Error if check_flowable does.
  CouplingFlow(const DataShape& shape, const CouplingFlowOptions& options, Rng& rng,
               DType dtype = DType::f32);
  /// x (B, numbers) -> z (B, numbers) and log |det dz/dx| (B).
  Mapped map(const Tensor& x) const override;
  /// z (B, numbers) -> x (B, numbers) and log |det dx/dz| (B).
  Mapped inverse(const Tensor& z) const override;
  /// Nats: x (B, numbers) -> (B).
  Tensor log_prob(const Tensor& x) const;
  /// Inverses of N(0, temperature^2 I): (n, numbers).
  Tensor sample(int64_t n, Rng& rng, double temperature = 1) const;
  /// Samples with their log-densities, in one pass; on a live tape both are functions of the parameters.
  struct Drawn {
    Tensor x, log_prob;  ///< (n, numbers), (n)
  };
  /// n samples of the model itself: temperature 1.
  Drawn draw(int64_t n, Rng& rng) const;
  /// Before training: initialises every actnorm from a batch of data (B, numbers), B at least 2.
  void begin_at(const Tensor& x) override;

 private:
  void append_points(const CouplingFlowOptions& options, Rng& rng);
  void append_images(const CouplingFlowOptions& options, Rng& rng);
  Tensor entered(const Tensor& x) const;  ///< as the first layer takes it

  DataShape shape_;
  DType dtype_;
};

}  // namespace gradzoo
