#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace gradzoo {

/// A metric that every training step reports; its unit ends its name.
struct MetricInfo {
  std::string name;         ///< "elbo_nats_per_image"
  std::string explanation;  ///< what the number means, for the report
  bool live = false;        ///< shown on the progress line; the first metric always is
};

/// The metrics that every model reports of its learner.
inline MetricInfo grad_norm_info(bool live = false) {
  return {"grad_norm", "Euclidean norm of the gradient, before clipping", live};
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

}  // namespace gradzoo
