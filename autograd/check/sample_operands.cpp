#include "autograd/check/sample_operands.h"

#include <algorithm>
#include <cmath>

namespace gradzoo {
namespace {

// Moves x out of avoid +- margin, on its own side unless the domain ends there.
double keep_away(double x, const Operand& like) {
  const double distance = x - like.avoid;
  if (!(std::abs(distance) < like.margin)) return x;  // also where nothing is to be avoided
  const double moved = like.avoid + distance + std::copysign(like.margin, distance);
  return moved >= like.low && moved <= like.high ? moved : like.avoid - std::copysign(like.margin, distance);
}

Tensor sample_values(const Operand& like, Rng& rng) {
  Tensor x = rand(like.shape, rng, DType::f64);
  double* values = x.mutable_data<double>();
  for (int64_t i = 0; i < x.size(); ++i)
    values[i] = keep_away(like.low + (like.high - like.low) * values[i], like);
  return x;
}

// Adds n + 1 to the diagonals of matrices (..., n, n).
void make_dominant(Tensor& x) {
  if (x.rank() < 2) return;
  const int64_t n = x.dim(-1);
  double* values = x.mutable_data<double>();
  for (int64_t i = 0; i < x.size(); ++i) {
    if (i / n % n == i % n) values[i] += static_cast<double>(n + 1);
  }
}

Tensor sample_integers(const Operand& like, int64_t below, DType dtype, Rng& rng) {
  const Tensor uniform = rand(like.shape, rng, DType::f64);
  Tensor out = empty(like.shape, dtype);
  visit_any(dtype, [&]<class T>() {
    T* values = out.mutable_data<T>();
    for (int64_t i = 0; i < out.size(); ++i)
      values[i] = static_cast<T>(std::floor(uniform.data<double>()[i] * static_cast<double>(below)));
  });
  return out;
}

// Slots of one grid over [low, high], dealt to all distinct operands of the case together.
class DistinctValues {
 public:
  DistinctValues(std::span<const Operand> operands, Rng& rng) {
    for (const Operand& operand : operands) {
      if (operand.distinct) count_ += operand.shape.size();
    }
    if (count_ > 0) order_ = randperm(count_, rng);
  }

  Tensor sample(const Operand& like, Rng& rng) {
    // Jittered by a quarter of the spacing, neighbours stay half a spacing apart.
    const double spacing = std::max((like.high - like.low) / static_cast<double>(count_), 2 * like.margin);
    Tensor x = rand(like.shape, rng, DType::f64);
    double* values = x.mutable_data<double>();
    for (int64_t i = 0; i < x.size(); ++i) {
      const auto slot = static_cast<double>(order_.data<int64_t>()[next_++]);
      values[i] = keep_away(like.low + spacing * (slot + 0.25 + 0.5 * values[i]), like);
    }
    return x;
  }

 private:
  int64_t count_ = 0, next_ = 0;
  Tensor order_;
};

}  // namespace

std::vector<Tensor> sample_operands(std::span<const Operand> operands, const Role* roles, Rng& rng) {
  DistinctValues distinct(operands, rng);
  std::vector<Tensor> out;
  for (size_t i = 0; i < operands.size(); ++i) {
    const Operand& like = operands[i];
    if (roles[i] == Role::index) {
      out.push_back(sample_integers(like, static_cast<int64_t>(like.high), DType::i64, rng));
    } else if (roles[i] == Role::mask) {
      out.push_back(sample_integers(like, 2, DType::u8, rng));
    } else {
      out.push_back(like.distinct ? distinct.sample(like, rng) : sample_values(like, rng));
      if (like.dominant) make_dominant(out.back());
    }
  }
  return out;
}

}  // namespace gradzoo
