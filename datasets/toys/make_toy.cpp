// Makes a toy from its name, which a kind of data lists.
#include <cmath>

#include "datasets/toys/toy_makers.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {
namespace {

const ToyEntry* find(std::string_view name) {
  for (const DataKind& kind : data_kinds()) {
    for (const ToyEntry& toy : kind.toys)
      if (toy.info.name == name) return &toy;
  }
  return nullptr;
}

// The noise to make the toy with: the option, or the default where it is 0.
double checked_noise(const ToyEntry& entry, double noise) {
  if (noise == 0) return entry.noise;
  if (!std::isfinite(noise) || noise < 0)
    throw Error("{}: noise {} is not allowed. Hint: use a number above 0, or 0 for the toy's default",
                entry.info.name, noise);
  if (entry.noise == 0) throw Error("{}: this toy has no noise. Hint: use 0", entry.info.name);
  if (noise <= entry.least)
    throw Error("{}: noise {} is too small to compute the density. Hint: use 0.01 or more", entry.info.name,
                noise);
  return noise;
}

// y = a x for x of another toy: log p(y) = log p_x(y / a) - d log a.
class ScaledToy : public Toy {
 public:
  ScaledToy(std::shared_ptr<const Toy> toy, double scale) : toy_(std::move(toy)), scale_(scale) {
    if (const Modes* modes = toy_->modes()) modes_ = {modes->centers * scale, modes->sigma * scale};
  }
  const std::string& name() const override { return toy_->name(); }
  int64_t dimensions() const override { return toy_->dimensions(); }
  Tensor sample(int64_t n, Rng& rng, DType dtype) const override {
    return toy_->sample(n, rng, dtype) * scale_;
  }
  Tensor log_prob(const Tensor& x) const override {
    check_points(*this, x);
    return toy_->log_prob(x / scale_) - static_cast<double>(dimensions()) * std::log(scale_);
  }
  std::string why_no_density() const override { return toy_->why_no_density(); }
  std::string why_no_score() const override { return toy_->why_no_score(); }
  Box box() const override {
    Box box = toy_->box();
    for (double& value : box.low) value *= scale_;
    for (double& value : box.high) value *= scale_;
    return box;
  }
  const Modes* modes() const override { return toy_->modes() ? &modes_ : nullptr; }

 private:
  std::shared_ptr<const Toy> toy_;
  double scale_;
  Modes modes_;
};

}  // namespace

void check_points(const Toy& toy, const Tensor& x) {
  if (!is_floating(x.dtype()) || x.rank() != 2 || x.dim(1) != toy.dimensions())
    throw Error("{}: points are (B,{}) of f32 or f64, got {} of {}. Hint: give one point per row", toy.name(),
                toy.dimensions(), x.shape().str(), dtype_name(x.dtype()));
}

bool is_toy(std::string_view name) { return find(name) != nullptr; }

std::shared_ptr<const Toy> make_toy(std::string_view name, const ToyOptions& options) {
  const ToyEntry* entry = find(name);
  if (!entry) {
    std::vector<std::string> names;
    for (const ToyInfo& toy : known_toys()) names.push_back(toy.name);
    throw Error("unknown toy '{}'. {}", name, did_you_mean(name, names));
  }
  if (!std::isfinite(options.scale) || options.scale <= 0)
    throw Error("{}: scale {} is not above 0. Hint: use 1 to keep the points unchanged", name, options.scale);
  std::shared_ptr<const Toy> toy = entry->make(checked_noise(*entry, options.noise));
  return options.scale == 1 ? toy : std::make_shared<ScaledToy>(std::move(toy), options.scale);
}

}  // namespace gradzoo
