#pragma once

#include <string>

#include "nn/learn/parameters.h"
#include "state/state.h"

namespace gradzoo {

/// An exponential moving average of parameters, for sampling and evaluation. The parameters must outlive it.
class Ema {
 public:
  explicit Ema(Parameters& parameters, double decay = 0.999);  ///< nothing is stored before the first update
  Ema(const Ema&) = delete;
  Ema& operator=(const Ema&) = delete;

  /// After each optimiser step: the first update stores the weights, the one after t earlier ones does
  /// average += (1 - d_t) (weights - average), d_t = min(decay, (1 + t) / (10 + t)): so an early average
  /// forgets fast (the ramp of TensorFlow's ExponentialMovingAverage). It comes to rest where a step is below
  /// half an ulp of the average: with decay .999 in f32 within 3e-5 of the weight, relative, as in PyTorch.
  void update();
  int64_t updates() const { return updates_; }  ///< how many there were
  /// Whether the parameters hold the average at present.
  bool in_scope() const { return swapped_in_; }
  /// Enters the average as `prefix.decoder.weight` and the number of updates.
  void add_to(State& state, const std::string& prefix);

  /// While it lives the parameters hold the average, and the average must not be changed. No tape may begin
  /// before it and end inside or after it.
  class Scope {
   public:
    explicit Scope(Ema& ema) : ema_(ema) { ema_.swap(); }  ///< swaps weights and average, and back at the end
    ~Scope() { ema_.swap(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Ema& ema_;
  };

 private:
  void swap();

  Parameters& parameters_;
  double decay_;
  Tensor average_;  ///< of parameters_.flat()'s layout
  int64_t updates_ = 0;
  bool swapped_in_ = false;
};

}  // namespace gradzoo
