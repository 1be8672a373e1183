#pragma once

#include <cmath>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "models/base/metric.h"

namespace gradzoo {

/// What a number of an evaluation is called: a constant of the model that gives it, and the handle by which
/// it is found.
struct QuantityInfo {
  const char* name;  // "elbo"
  const char* unit;  // "nats/image"
};

/// What several families measure.
inline constexpr QuantityInfo kKl{"kl", "nats"}, kLogZ{"log_z", "nats"},
    kBitsPerDim{"bits_per_dim", "bits/dim"};

/// What a quantity's error is: chance's, or that of an integral on a grid.
enum class ErrorKind { standard, quadrature };

/// One number of an evaluation.
struct Quantity {
  std::string name;
  double value;
  double error;  // by `error_kind`; NaN where there is none
  std::string unit;
  std::string meaning;
  std::optional<Metric> curve =
      {};  // the metric in whose curve the report draws it; empty: a curve of its own
  /// "lower bound of log p(x)", "KL to the truth": what it says of the density, of the one number by which
  /// models of different families are compared; "" of all others.
  std::string density_kind = "";
  ErrorKind error_kind = ErrorKind::standard;
};

inline Quantity quantity(const QuantityInfo& info, double value, std::string meaning, double error = NAN) {
  return {info.name, value, error, info.unit, std::move(meaning)};
}

/// The numbers of an evaluation, in the order in which they are shown.
class Quantities {
 public:
  Quantities() = default;
  Quantities(std::initializer_list<Quantity> all) : all_(all) {}
  void add(Quantity quantity) { all_.push_back(std::move(quantity)); }
  void add(const Quantities& others) { all_.insert(all_.end(), others.all_.begin(), others.all_.end()); }

  /// Throws Error where it was not measured.
  const Quantity& operator[](const QuantityInfo& info) const;
  const Quantity* find(const QuantityInfo& info) const;  // nullptr where it was not measured

  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }
  size_t size() const { return all_.size(); }
  bool empty() const { return all_.empty(); }

 private:
  std::vector<Quantity> all_;
};

}  // namespace gradzoo
