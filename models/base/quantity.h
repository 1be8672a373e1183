#pragma once

#include <cmath>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "models/base/metric.h"

namespace gradzoo {

/// The name of a quantity of an evaluation: a constant of the model that measures it, and the handle to find
/// it.
struct QuantityInfo {
  const char* name;  ///< "elbo"
  const char* unit;  ///< "nats/image"
};

///@{
/// What several families measure.
inline constexpr QuantityInfo kKl{"kl", "nats"}, kLogZ{"log_z", "nats"},
    kBitsPerDim{"bits_per_dim", "bits/dim"};
///@}

/// The kind of a quantity's error: statistical, or that of an integral on a grid.
enum class ErrorKind { standard, quadrature };

/// One number of an evaluation.
struct Quantity {
  std::string name;     ///< of its QuantityInfo
  double value;         ///< in `unit`
  double error;         ///< by `error_kind`; NaN where there is none
  std::string unit;     ///< "nats/image"
  std::string meaning;  ///< one line, for the reader of the table
  std::optional<Metric> curve =
      {};  ///< the metric in whose curve the report draws it; empty: a curve of its own
  /// What it says about the density: "lower bound of log p(x)", "KL to the truth". Set for the one quantity
  /// by which models of different families are compared; "" for all others.
  std::string density_kind = "";
  ErrorKind error_kind = ErrorKind::standard;  ///< what `error` is
  bool trusted = true;  ///< false where what measured it says that `error` is too small
};

/// A quantity of that name and unit.
inline Quantity quantity(const QuantityInfo& info, double value, std::string meaning, double error = NAN) {
  return {info.name, value, error, info.unit, std::move(meaning)};
}

/// The numbers of an evaluation, in the order in which they are shown.
class Quantities {
 public:
  Quantities() = default;
  Quantities(std::initializer_list<Quantity> all) : all_(all) {}        ///< in this order
  void add(Quantity quantity) { all_.push_back(std::move(quantity)); }  ///< behind the others
  /// Behind the others.
  void add(const Quantities& others) { all_.insert(all_.end(), others.all_.begin(), others.all_.end()); }

  /// Throws Error if it was not measured.
  const Quantity& operator[](const QuantityInfo& info) const;
  const Quantity* find(const QuantityInfo& info) const;  ///< nullptr where it was not measured

  auto begin() const { return all_.begin(); }  ///< in the order of addition
  auto end() const { return all_.end(); }      ///< past the last
  size_t size() const { return all_.size(); }  ///< how many
  bool empty() const { return all_.empty(); }  ///< none

 private:
  std::vector<Quantity> all_;
};

}  // namespace gradzoo
