#include <algorithm>

#include "autograd/updates.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/nn/learn/learner.h"

namespace gradzoo {

Ema::Ema(Parameters& parameters, double decay)
    : parameters_(parameters), decay_(decay), average_(parameters.flat().clone()) {
  if (!(decay >= 0.0 && decay < 1.0))
    throw Error("Ema: decay is {}. Hint: use at least 0 and below 1, such as 0.999", decay);
}

void Ema::update() {
  if (swapped_in_) throw Error("Ema: update inside an Ema::Scope. Hint: end the scope before the next step");
  const double t = static_cast<double>(updates_);
  const double decay = std::min(decay_, (1.0 + t) / (10.0 + t));
  if (updates_ == 0) {
    assign_values(average_, parameters_.flat());
  } else {
    move_towards(average_, parameters_.flat(), 1.0 - decay);
  }
  ++updates_;
}

void Ema::add_to(State& state, const std::string& prefix) {
  parameters_.add_to(state, prefix, average_);
  state.add(prefix + ".updates", updates_);
}

void Ema::swap() {
  visit_floating(average_.dtype(), [&]<class T>() {
    T* average = average_.mutable_data<T>();
    std::swap_ranges(average, average + average_.size(), parameters_.flat().mutable_data<T>());
  });
  swapped_in_ = !swapped_in_;
}

}  // namespace gradzoo
