#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/nn/layers/module.h"

/// The invertible layers of flows; log |det J| costs no more than the layer.
namespace gradzoo {

/// Mapped rows, and log |det J| of the map: (B), or () if all rows share it.
struct Mapped {
  Tensor to, log_det;  ///< log_det: nats
};

/// An invertible map of rows with its log-determinant, in both directions.
class FlowLayer : public Module {
 public:
  /// y of rows x (B, ...), and log |det dy/dx|.
  virtual Mapped map(const Tensor& x) const = 0;
  /// x of rows y, and log |det dx/dy|.
  virtual Mapped inverse(const Tensor& y) const = 0;
  /// Before training: initialises the layer from its inputs x. By default does nothing.
  virtual void begin_at(const Tensor&) {}
};

/// Layers one after another, named 0, 1, ...
class FlowSequence : public FlowLayer {
 public:
  void append(std::unique_ptr<FlowLayer> layer);  ///< behind the others
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
  void begin_at(const Tensor& x) override;

 private:
  std::vector<std::unique_ptr<FlowLayer>> layers_;
};

/// Half of the coordinates stay fixed and determine the scale and shift of the others (Dinh et al. 2017, eq.
/// 9):
///   y = m x + (1 - m) (x e^s + t),  (s, t) = net(m x),  log |det J| = sum (1 - m) s.
/// s = f tanh(.), with a learned factor f for each channel, so the scale stays bounded. It starts as the
/// identity if the network's last layer starts at 0.
class AffineCoupling : public FlowLayer {
 public:
  /// `mask`, 1 for fixed coordinates, has the shape of an example, (..., n); net: (B, ..., n) -> (B, ..., 2
  /// n). `input_scale` multiplies the network's input; a larger one lets a new network follow finer
  /// structure.
  AffineCoupling(const Tensor& mask, std::unique_ptr<Module> net, double input_scale = 1);
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;

 private:
  struct Affine {
    Tensor log_scale, shift;  ///< 0 where numbers hold still
  };
  Affine affine(const Tensor& x) const;

  Tensor reads_, moves_;  ///< m times the input's scale, 1 - m
  std::unique_ptr<Module> net_;
  Tensor factor_;  ///< f: (n)
};

/// y = (x - b) e^(-l) for each channel, the last axis; begin_at gives the batch's channels mean 0 and
/// variance 1 (Kingma & Dhariwal 2018, section 3.1).
class ActNorm : public FlowLayer {
 public:
  ActNorm(int64_t channels, DType dtype);  ///< begin_at gives it values; the identity until then
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
  void begin_at(const Tensor& x) override;

 private:
  Tensor centre_, log_width_;  ///< b, l
};

/// Windows of 2 x 2 pixels become channels: (B, H, W, C) -> (B, H/2, W/2, 4 C), ordered by the rows of each
/// window.
class Squeeze : public FlowLayer {
 public:
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
};

/// The first half of the channels stays as it is, and is code from here on; the second half goes, squeezed,
/// through the layers (Dinh et al. 2017, section 3.6): (B, H, W, C) -> (B, H, W, C), H, W and C even. The
/// layers see (B, H/2, W/2, 2 C).
class FactorOut : public FlowSequence {
 public:
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
  void begin_at(const Tensor& x) override;
};

/// Maps [0, 1] to the whole line: y = logit(a + (1 - 2 a) x), a = 1e-5 (Dinh et al. 2017, section 4.1, with a
/// = 0.05).
class Logit : public FlowLayer {
 public:
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
};

/// What CouplingFlow takes.
struct CouplingFlowOptions {
  int64_t couplings = 8;                     ///< of images: at half the resolution
  std::vector<int64_t> hidden = {128, 128};  ///< of points: of each coupling's perceptron
  int64_t low_couplings = 6;                 ///< of images: at a quarter of the resolution
  int64_t channels = 32;  ///< of images: of each coupling's network; twice as many at the lower resolution
  int64_t blocks = 2;     ///< of images: residual blocks of that network

  /// With `prefix` before each name, of a model that contains a flow among other parts.
  void describe(OptionTable& options, const std::string& prefix = "");
};

/// Throws Error, naming `model`, for data that affine couplings cannot model: one-dimensional or binary.
void check_flowable(const char* model, const DataShape& shape);
/// The same for images whose sides are not multiples of 4.
void check_squeezable(const char* model, const DataShape& shape);

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
  /// Throws Error if these do.
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
  int64_t numbers() const { return shape_.size(); }  ///< of an example, and of its code
  /// Before training: initialises every actnorm from a batch of data (B, numbers), B at least 2.
  void begin_at(const Tensor& x) override;

 private:
  void append_points(const CouplingFlowOptions& options, Rng& rng);
  void append_images(const CouplingFlowOptions& options, Rng& rng);
  Tensor entered(const Tensor& x) const;

  DataShape shape_;
  Shape enters_, leaves_;  ///< a row, as the first layer takes it and as the last one gives it
  DType dtype_;
};

}  // namespace gradzoo
