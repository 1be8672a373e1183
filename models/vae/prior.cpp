#include "gradzoo/models/vae/prior.h"

#include <algorithm>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/nn/distributions.h"
#include "models/networks/labels.h"

namespace gradzoo {
namespace {

constexpr int64_t kCodesPerComponent = 30;  // that a full covariance of some twenty dimensions needs

// Calls fn(class, places of its rows) for each class that occurs among labels (n).
template <class Fn>
void for_each_class(int64_t classes, const Tensor& labels, Fn fn) {
  for (int64_t label = 0; label < classes; ++label) {
    const Tensor places = rows_with_label(labels, label);
    if (places.size() > 0) fn(static_cast<size_t>(label), places);
  }
}

}  // namespace

VaePrior::VaePrior(int64_t components, int64_t latent, int64_t classes) : latent_(latent) {
  if (components == 0) return;
  const int64_t parts = std::max<int64_t>(1, classes);
  for (int64_t part = 0; part < parts; ++part)
    mixtures_.push_back(GaussianMixture::with_room(std::max<int64_t>(1, components / parts), latent));
}

void VaePrior::add_to(State& state) {
  if (mixtures_.empty()) return;
  state.add("vae.prior.fitted", fitted_);
  for (size_t i = 0; i < mixtures_.size(); ++i) mixtures_[i].add_to(state, fmt::format("vae.prior.{}", i));
}

void VaePrior::fit(const VaeNetwork& network, const Examples& images, Pixels pixels, uint64_t seed) {
  if (mixtures_.empty()) return;
  const NoGrad quiet;
  Rng noise(seed, "vae/prior/codes"), rng(seed, "vae/prior/fit");
  Tensors codes, labels;
  for_each_batch(images, pixels, seed, 1000, [&](const Batch& batch) {
    codes.push_back(cast(draw_codes(network.encode(batch.x, batch.labels), noise), DType::f64));
    if (mixtures_.size() > 1) labels.push_back(batch.labels);
  });
  const Tensor z = concat(codes, 0), of = labels.empty() ? Tensor() : concat(labels, 0);
  const auto fit_one = [&](size_t part, const Tensor& rows) {
    GaussianMixture& room = mixtures_[part];
    const int64_t most = std::max<int64_t>(1, rows.dim(0) / kCodesPerComponent);
    room.assign(fit_mixture(rows, {.components = std::min(room.components(), most)}, rng).mixture);
  };
  for (size_t part = 0; part < mixtures_.size(); ++part) {
    const Tensor places = of.defined() ? rows_with_label(of, static_cast<int64_t>(part)) : Tensor();
    const bool has_own = places.defined() && places.size() > 0;  // a class without images has all codes
    fit_one(part, has_own ? index_select(z, 0, places) : z);
  }
  fitted_ = 1;
}

void VaePrior::forget() {
  fitted_ = 0;
  for (GaussianMixture& mixture : mixtures_)
    mixture.assign(GaussianMixture::with_room(mixture.components(), latent_));
}

GaussianMixture VaePrior::gaussians(Prior which) const {
  if (in_use(which) == Prior::mixture) return mixtures_[0];
  return {ones({1}, DType::f64), zeros({1, latent_}, DType::f64),
          reshape(eye(latent_, DType::f64), {1, latent_, latent_})};
}

Tensor VaePrior::log_prob(Prior which, const Tensor& z, const Tensor& labels) const {
  if (in_use(which) == Prior::normal) return sum(standard_normal_log_prob(z), 1);
  if (mixtures_.size() == 1) return cast(mixtures_[0].log_prob(z), z.dtype());
  Tensor all = zeros({z.dim(0)}, DType::f64);
  for_each_class(static_cast<int64_t>(mixtures_.size()), labels, [&](size_t label, const Tensor& places) {
    const Tensor own = mixtures_[label].log_prob(index_select(z, 0, places));
    all = all + index_add(own, 0, places, z.dim(0));
  });
  return cast(all, z.dtype());
}

Tensor VaePrior::sample(Prior which, int64_t n, const Tensor& labels, Rng& rng) const {
  if (in_use(which) == Prior::normal) return randn({n, latent_}, rng);
  if (mixtures_.size() == 1) return cast(mixtures_[0].sample(n, rng), DType::f32);
  Tensor all = zeros({n, latent_}, DType::f64);
  for_each_class(static_cast<int64_t>(mixtures_.size()), labels, [&](size_t label, const Tensor& places) {
    all = all + index_add(mixtures_[label].sample(places.size(), rng), 0, places, n);
  });
  return cast(all, DType::f32);
}

Tensor VaePrior::kl(Prior which, const Posterior& q, const Tensor& z, const Tensor& labels) const {
  if (in_use(which) == Prior::normal) return sum(kl_standard_normal(q.mean, q.logvar), 1);
  return sum(normal_log_prob(z, q.mean, q.logvar), 1) - log_prob(which, z, labels);
}

Tensor draw_codes(const Posterior& q, Rng& rng) {
  return q.mean + exp(q.logvar * 0.5) * randn_like(q.mean, rng);
}

}  // namespace gradzoo
