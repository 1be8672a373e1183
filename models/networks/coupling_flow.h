#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/nn/layers/module.h"

/// Invertible layers of flows, whose log |det J| costs no more than the layer itself.
namespace gradzoo {

/// Mapped rows, with log |det J| of the map: (B), or () if all rows share it.
struct Mapped {
  Tensor to, log_det;  ///< mapped rows; log_det in nats
};

/// An invertible map of rows with its log-determinant, in both directions.
class FlowLayer : public Module {
 public:
  /// Returns y for rows x (B, ...), and log |det dy/dx|.
  virtual Mapped map(const Tensor& x) const = 0;
  /// Returns x for rows y, and log |det dx/dy|.
  virtual Mapped inverse(const Tensor& y) const = 0;
  /// Initialises the layer from its inputs x, before training. Does nothing by default.
  virtual void begin_at(const Tensor&) {}
};

/// A sequence of layers, named 0, 1, ...
class FlowSequence : public FlowLayer {
 public:
  void append(std::unique_ptr<FlowLayer> layer);  ///< appends a layer
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
  void begin_at(const Tensor& x) override;

 private:
  std::vector<std::unique_ptr<FlowLayer>> layers_;
};

/// An affine coupling: half of the coordinates stay fixed and determine the scale and shift of the others
/// (Dinh et al. 2017, eq. 9):
///   y = m x + (1 - m) (x e^s + t),  (s, t) = net(m x),  log |det J| = sum (1 - m) s.
/// s = f tanh(.), with a learned factor f for each channel, so the scale is bounded. The layer starts as the
/// identity if the network's last layer starts at 0.
class AffineCoupling : public FlowLayer {
 public:
  /// `mask`, 1 for fixed coordinates, has the shape of an example, (..., n); net: (B, ..., n) -> (B, ..., 2
  /// n). `input_scale` multiplies the network's input, for finer structure.
  AffineCoupling(const Tensor& mask, std::unique_ptr<Module> net, double input_scale = 1);
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;

 private:
  struct Affine {
    Tensor log_scale, shift;  ///< (B, ..., n); 0 for fixed coordinates
  };
  Affine affine(const Tensor& x) const;

  Tensor reads_, moves_;  ///< m times the input scale, and 1 - m
  std::unique_ptr<Module> net_;
  Tensor factor_;  ///< f: (n)
};

/// y = (x - b) exp(-l) for each channel (the last axis); begin_at gives the batch's channels mean 0 and
/// variance 1 (Kingma & Dhariwal 2018, section 3.1).
class ActNorm : public FlowLayer {
 public:
  ActNorm(int64_t channels, DType dtype);  ///< identity until begin_at sets its values
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
  void begin_at(const Tensor& x) override;

 private:
  Tensor centre_, log_width_;  ///< b, l
};

/// Windows of 2 x 2 pixels become channels, by rows: (B, H, W, C) -> (B, H/2, W/2, 4 C).
class Squeeze : public FlowLayer {
 public:
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
};

/// Passes the first half of the channels unchanged, as code, and the second half, squeezed, through the
/// layers (Dinh et al. 2017, section 3.6): (B, H, W, C) -> (B, H, W, C), all even. The layers see (B, H/2,
/// W/2, 2 C).
class FactorOut : public FlowSequence {
 public:
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
  void begin_at(const Tensor& x) override;
};

/// Maps [0, 1] to the line: y = logit(a + (1 - 2 a) x), a = 1e-5 (Dinh et al. 2017, section 4.1: a = 0.05).
class Logit : public FlowLayer {
 public:
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
};

/// The options of CouplingFlow.
struct CouplingFlowOptions {
  int64_t couplings = 8;                     ///< images: number of couplings at half the resolution
  std::vector<int64_t> hidden = {128, 128};  ///< points: layer widths of each coupling's perceptron
  int64_t low_couplings = 6;                 ///< images: number of couplings at a quarter of the resolution
  int64_t channels = 32;  ///< images: channels of each coupling's network; doubled at the lower resolution
  int64_t blocks = 2;     ///< images: residual blocks of each coupling's network

  /// Adds the options, with `prefix` before each name for a model that has other parts too.
  void describe(OptionTable& options, const std::string& prefix = "");
};

/// Throws Error, with the name `model`, for data without affine couplings: one-dimensional or binary.
void check_flowable(const char* model, const DataShape& shape);
/// Throws Error, with the name `model`, for images whose sides are not multiples of 4.
void check_squeezable(const char* model, const DataShape& shape);

/// RealNVP (Dinh et al. 2017): an invertible map from data to N(0, I), so that
///   log p(x) = log N(z(x); 0, I) + log |det dz/dx|.
/// For points: pairs of an actnorm and an affine coupling with a perceptron, whose masks alternate between
/// odd and even coordinates. For images with pixels in [0, 1]: a logit; a squeeze of 2 x 2 windows into
/// channels; and pairs of an actnorm and a coupling with a residual network. Then half of the channels (the
/// upper rows of the windows) is code. The other half is squeezed again and passes through such pairs at a
/// quarter of the resolution (Dinh et al. 2017, section 3.6). The masks cycle through four patterns: the
/// checkerboard of the pixels (after a squeeze, a choice of channels), its complement, and the upper and the
/// lower rows of the 2 x 2 windows.
class CouplingFlow : public FlowSequence {
 public:
  /// Throws Error as check_flowable and check_squeezable do.
  CouplingFlow(const DataShape& shape, const CouplingFlowOptions& options, Rng& rng,
               DType dtype = DType::f32);
  /// Maps x (B, elements) to z (B, elements) and log |det dz/dx| (B).
  Mapped map(const Tensor& x) const override;
  /// Maps z (B, elements) to x (B, elements) and log |det dx/dz| (B).
  Mapped inverse(const Tensor& z) const override;
  /// Returns log p(x) in nats: x (B, elements) -> (B).
  Tensor log_prob(const Tensor& x) const;
  /// Maps draws of N(0, temperature^2 I) to data: (n, elements).
  Tensor sample(int64_t n, Rng& rng, double temperature = 1) const;
  /// Samples with their log-densities, from one pass; on a live tape both are functions of the parameters.
  struct Drawn {
    Tensor x, log_prob;  ///< (n, elements), (n)
  };
  /// Draws n samples of the model itself: temperature 1.
  Drawn draw(int64_t n, Rng& rng) const;
  int64_t numbers() const { return shape_.size(); }  ///< elements of an example, and of its code
  /// Initialises every actnorm from a batch of data (B, elements), B at least 2, before training.
  void begin_at(const Tensor& x) override;

 private:
  void append_points(const CouplingFlowOptions& options, Rng& rng);
  void append_images(const CouplingFlowOptions& options, Rng& rng);
  Tensor entered(const Tensor& x) const;

  DataShape shape_;
  Shape enters_, leaves_;  ///< shapes of a row at the first layer's input and the last layer's output
  DType dtype_;
};

}  // namespace gradzoo
