#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradzoo {

/// How a value depends on the units of points (PointUnits). In the data's units it is
///   value length^lengths + volumes log_volume.
struct Dimension {
  double lengths = 0;  ///< power of a length: 2 for a squared distance, -2 for a squared score
  double volumes = 0;  ///< logarithms of a volume: 1 for -log p(x), -1 for log p(x)
};

/// Returns the key of a value in a metrics file: ("elbo", "nats/image") gives "elbo_nats_per_image".
std::string key_of(const std::string& name, const std::string& unit);

/// A metric that every training step reports.
struct MetricInfo {
  std::string name;              ///< name: "elbo"
  std::string unit = "";         ///< unit: "nats/image"; "" for a plain number
  std::string explanation = "";  ///< meaning of the value, for the report
  bool live = false;             ///< true if the progress line shows it; it always shows the first metric
  Dimension dimension = {};      ///< dimension of the value, which steps report in the model's units

  std::string key() const { return key_of(name, unit); }  ///< key in a metrics file
};

/// Returns the metric that every model reports for its learner.
inline MetricInfo grad_norm_info(bool live = false) {
  return {"grad_norm", "", "Euclidean norm of the gradient, before clipping", live};
}

/// The handle of one of a model's metrics.
class Metric {
 public:
  explicit Metric(size_t index) : index_(index) {}  ///< metric at this position in a row
  size_t index() const { return index_; }           ///< position in a row
  bool operator==(const Metric&) const = default;

 private:
  size_t index_;
};

/// The metrics of a step, which the step fills.
class MetricRow {
 public:
  explicit MetricRow(std::span<double> values) : values_(values) {}  ///< values in the metrics' order
  double& operator[](Metric metric) const { return values_[metric.index()]; }  ///< value to set

 private:
  std::span<double> values_;
};

/// The name and unit of a quantity, a constant of the model that measures it, and its key in Quantities.
struct QuantityInfo {
  const char* name;          ///< name: "elbo"
  const char* unit;          ///< unit: "nats/image"
  Dimension dimension = {};  ///< dimension of its value
};

///@{
/// Quantities that several model families measure.
inline constexpr QuantityInfo kKl{"kl", "nats"}, kLogZ{"log_z", "nats"},
    kBitsPerDim{"bits_per_dim", "bits/dim"};
///@}

/// The kind of a quantity's error: statistical, or the error of an integral on a grid.
enum class ErrorKind { standard, quadrature };

/// One measured value of an evaluation.
struct Quantity {
  std::string name;                  ///< name from its QuantityInfo
  double value;                      ///< measured value, in `unit`
  double error;                      ///< error of the kind `error_kind`; NaN: none
  std::string unit;                  ///< unit: "nats/image"
  std::string meaning;               ///< meaning for the reader of the table, one line
  std::optional<Metric> curve = {};  ///< metric in whose curve the report draws it; empty: a separate curve
  /// The kind of statement about the density: "lower bound of log p(x)", "KL to the truth". Set for the one
  /// quantity that compares models of different families; "" for all others.
  std::string density_kind = "";
  ErrorKind error_kind = ErrorKind::standard;  ///< kind of `error`
  bool trusted = true;                         ///< false if the measurement shows that `error` is too small
  Dimension dimension = {};  ///< dimension of value and error, for the conversion from a model's units

  std::string key() const { return key_of(name, unit); }  ///< key in a metrics file
};

/// Returns a quantity with the name, unit and dimension of `info`.
inline Quantity quantity(const QuantityInfo& info, double value, std::string meaning,
                         double error = std::nan("")) {
  Quantity out{info.name, value, error, info.unit, std::move(meaning)};
  out.dimension = info.dimension;
  return out;
}

/// The quantities of an evaluation, in the order in which they are shown.
class Quantities {
 public:
  Quantities() = default;
  Quantities(std::initializer_list<Quantity> all) : all_(all) {}        ///< quantities in this order
  void add(Quantity quantity) { all_.push_back(std::move(quantity)); }  ///< appends a quantity
  /// Appends quantities.
  void add(const Quantities& others) { all_.insert(all_.end(), others.all_.begin(), others.all_.end()); }

  /// Returns a quantity. Throws Error if it was not measured.
  const Quantity& operator[](const QuantityInfo& info) const;
  const Quantity* find(const QuantityInfo& info) const;  ///< quantity, or nullptr if it was not measured

  auto begin() const { return all_.begin(); }  ///< first quantity
  auto end() const { return all_.end(); }      ///< end of the quantities
  size_t size() const { return all_.size(); }  ///< number of quantities
  bool empty() const { return all_.empty(); }  ///< true if there are none

 private:
  std::vector<Quantity> all_;
};

}  // namespace gradzoo
