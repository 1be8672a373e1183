#include "models/networks/classes.h"

namespace gradzoo {

Classes::Classes(const Conditioning& by, const DataShape& shape)
    : labels_(by.by_label ? shape.labels() : LabelNames()), label_count_(by.by_label ? shape.classes : 0) {
  if (by.clusters > 0) clusters_.emplace(by.clusters, label_count_, shape.size());
}

int64_t Classes::count() const { return clusters_ ? clusters_->count() : label_count_; }

void Classes::fit(const Examples& examples, uint64_t seed) {
  if (clusters_) clusters_->fit(examples, seed);
}

void Classes::add_to(State& state, const std::string& prefix) {
  if (clusters_) clusters_->add_to(state, prefix);
}

Tensor Classes::of(const Tensor& x, const Tensor& labels) const {
  if (clusters_) return clusters_->of(x, labels);
  return label_count_ > 0 ? labels : Tensor();
}

Tensor Classes::draw(int64_t n, const Tensor& labels, Rng& rng) const {
  const Tensor asked = labels.defined() || label_count_ == 0 ? labels : any_labels(n, labels_);
  if (clusters_) return clusters_->draw(n, asked, rng);
  return label_count_ > 0 ? asked : Tensor();
}

}  // namespace gradzoo
