#include "gradzoo/datasets/toys/toy.h"

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
Box Box::scaled(double factor) const {
  Box box = *this;
  for (size_t i = 0; i < low.size(); ++i) {
    const double centre = (low[i] + high[i]) / 2, half = (high[i] - low[i]) / 2 * factor;
    box.low[i] = centre - half;
    box.high[i] = centre + half;
  }
  return box;
}

Tensor Box::centre() const {
  std::vector<double> middle;
  for (size_t i = 0; i < low.size(); ++i) middle.push_back((low[i] + high[i]) / 2);
  return tensor(middle, {1, dimensions()});
}

Tensor Box::sides() const {
  std::vector<double> lengths;
  for (size_t i = 0; i < low.size(); ++i) lengths.push_back(high[i] - low[i]);
  return tensor(lengths, {1, dimensions()});
}

bool Toy::integrable() const { return dimensions() <= 2 && why_no_density().empty(); }

Tensor Toy::score(const Tensor& x) const {
  if (const std::string reason = why_no_score(); !reason.empty()) throw Error(reason);
  Tensor points = x.detach();
  points.requires_grad_();
  const Tape tape;
  return grad(sum(log_prob(points)), points);
}

}  // namespace gradzoo
