#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradzoo {

/// How a number depends on the units of points (PointUnits): in the data's units it is
///   value length^lengths + volumes log_volume.
struct Dimension {
  double lengths = 0;  ///< power of a length: 2 for a squared distance, -2 for a squared score
  double volumes = 0;  ///< logarithms of a volume: 1 for -log p(x), -1 for log p(x)
};

/// The key of a number in a metrics file: ("elbo", "nats/image") is "elbo_nats_per_image".
std::string key_of(const std::string& name, const std::string& unit);

/// A metric that every training step reports.
struct MetricInfo {
  std::string name;              ///< "elbo"
  std::string unit = "";         ///< "nats/image"; "" of a plain number
  std::string explanation = "";  ///< what the number means, for the report
  bool live = false;             ///< shown on the progress line; the first metric always is
  Dimension dimension = {};      ///< a step reports it in the model's units

  std::string key() const { return key_of(name, unit); }  ///< in the rows of a metrics file
};

/// The metrics that every model reports of its learner.
inline MetricInfo grad_norm_info(bool live = false) {
  return {"grad_norm", "", "Euclidean norm of the gradient, before clipping", live};
}

/// The handle of one of a model's metrics.
class Metric {
 public:
  explicit Metric(size_t index) : index_(index) {}  ///< its place in a row
  size_t index() const { return index_; }           ///< its place in a row
  bool operator==(const Metric&) const = default;

 private:
  size_t index_;
};

/// The metrics of a step, to be filled.
class MetricRow {
 public:
  explicit MetricRow(std::span<double> values) : values_(values) {}  ///< of the model's metrics, in order
  double& operator[](Metric metric) const { return values_[metric.index()]; }  ///< to be set

 private:
  std::span<double> values_;
};

/// The name of a quantity of an evaluation: a constant of the model that measures it, and the handle to find
/// it.
struct QuantityInfo {
  const char* name;          ///< "elbo"
  const char* unit;          ///< "nats/image"
  Dimension dimension = {};  ///< of its value
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
  bool trusted = true;       ///< false where what measured it says that `error` is too small
  Dimension dimension = {};  ///< of value and error, where a model measured them in its units

  std::string key() const { return key_of(name, unit); }  ///< in the rows of a metrics file
};

/// A quantity of that name and unit.
inline Quantity quantity(const QuantityInfo& info, double value, std::string meaning,
                         double error = std::nan("")) {
  Quantity out{info.name, value, error, info.unit, std::move(meaning)};
  out.dimension = info.dimension;
  return out;
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
