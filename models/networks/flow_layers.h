#pragma once

#include <memory>

#include "nn/layers/module.h"

/// Invertible layers whose log |det J| costs no more than the layer: what flows are made of.
namespace gradzoo {

/// Where rows go, and log |det J| of the way there: (B), or () where all rows share it.
struct Mapped {
  Tensor to, log_det;
};

class FlowLayer : public Module {
 public:
  /// y of rows x (B, ...), and log |det dy/dx|.
  virtual Mapped map(const Tensor& x) const = 0;
  /// x of rows y, and log |det dx/dy|.
  virtual Mapped inverse(const Tensor& y) const = 0;
  /// Before training: what begins as the data want it, from x as they arrive here. Nothing, unless
  /// overridden.
  virtual void begin_at(const Tensor&) {}
};

/// Half of the numbers hold still and say how the others are stretched and moved (Dinh et al. 2017, eq. 9):
///   y = m x + (1 - m) (x e^s + t),  (s, t) = net(m x),  log |det J| = sum (1 - m) s.
/// s = f tanh(.), with a learned factor f for each channel, so that no row is stretched without bounds. It
/// begins as the identity where the net's last layer begins at 0.
class AffineCoupling : public FlowLayer {
 public:
  /// `mask`, 1 where numbers hold still, has the shape of an example, (..., n); net: (B, ..., n) -> (B, ...,
  /// 2 n). What the net sees is multiplied by `input_scale`: how fine a structure it follows when fresh.
  AffineCoupling(const Tensor& mask, std::unique_ptr<Module> net, double input_scale = 1);
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;

 private:
  struct Affine {
    Tensor log_scale, shift;  // 0 where numbers hold still
  };
  Affine affine(const Tensor& x) const;

  Tensor reads_, moves_;  // m times the input's scale, 1 - m
  std::unique_ptr<Module> net_;
  Tensor factor_;  // f: (n)
};

/// y = (x - b) e^(-l) for each channel, the last axis; begin_at makes the batch's channels of mean 0 and
/// variance 1 (Kingma & Dhariwal 2018, section 3.1).
class ActNorm : public FlowLayer {
 public:
  ActNorm(int64_t channels, DType dtype);
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
  void begin_at(const Tensor& x) override;

 private:
  Tensor centre_, log_width_;  // b, l
};

/// Windows of 2 x 2 pixels become channels: (B, H, W, C) -> (B, H/2, W/2, 4 C), of each window the rows.
class Squeeze : public FlowLayer {
 public:
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
};

/// Numbers of [0, 1] to the whole line: y = logit(a + (1 - 2 a) x), a = 0.05 (Dinh et al. 2017, section 4.1).
class Logit : public FlowLayer {
 public:
  Mapped map(const Tensor& x) const override;
  Mapped inverse(const Tensor& y) const override;
};

}  // namespace gradzoo
