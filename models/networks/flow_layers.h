#pragma once

#include <memory>
#include <vector>

#include "nn/layers/module.h"

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

}  // namespace gradzoo
