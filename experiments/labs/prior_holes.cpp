#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/vae/vae.h"

namespace gradzoo {
namespace {

struct PriorHolesLab : Lab {
  int64_t epochs = 5;
  int64_t steps = 0;
  int64_t images = 5000;
  int64_t draws = 5000;

  void describe(OptionTable& options) override {
    options.add("epochs", epochs, "number of training epochs", {1, 1000});
    options.add("steps", steps, "training steps (0: the number of epochs decides)", {0, 1000000});
    options.add("images", images, "number of held-out digits whose codes are measured", {100, 5000});
    options.add("draws", draws, "number of draws from each prior", {100, 100000});
  }
  LabResult run(const LabContext& context) const override;
};

constexpr double kHalf = 4;     // of the map, in standard deviations of N(0, I)
constexpr int64_t kSide = 120;  // cells of the map on an axis

// Share of draws z from p(z) where q(z) < p(z) / 4.
double share_in_holes(const Vae& vae, Prior which, const Tensor& z, const Posterior& codes) {
  const Tensor log_ratio =
      cast(vae.prior().log_prob(which, z, {}), DType::f64) - log_aggregate_posterior(z, codes);
  return 1 - share_within(log_ratio.to_vector(), std::log(4.0));
}

Tensor map_of(const Posterior& codes) {
  std::vector<double> z;
  for (int64_t row = 0; row < kSide; ++row) {
    for (int64_t column = 0; column < kSide; ++column) {
      for (const int64_t at : {column, row})
        z.push_back(kHalf * ((2 * static_cast<double>(at) + 1) / static_cast<double>(kSide) - 1));
    }
  }
  return reshape(exp(log_aggregate_posterior(tensor(z, {kSide * kSide, 2}, DType::f64), codes)),
                 {kSide, kSide});
}

Plane plane_of(const std::string& title, const Tensor& map, const Tensor& draws) {
  return {.title = title,
          .x_low = -kHalf,
          .x_high = kHalf,
          .y_low = -kHalf,
          .y_high = kHalf,
          .density = map,
          .density_name = "density",
          .points = draws.rows(0, std::min<int64_t>(300, draws.dim(0)))};
}

LabResult PriorHolesLab::run(const LabContext& context) const {
  const std::unique_ptr<Session> session =
      train(fmt::format("vae latent=2 epochs={} steps={} seed={}", epochs, steps, context.seed), context);
  const NoGrad quiet;
  Vae& vae = dynamic_cast<Vae&>(*session->model);
  const Examples held_out = first_of(session->data.view().examples, images);
  const VaeBound bound = vae_bound(vae.network(), vae.prior(), held_out, Pixels::grey, context.seed);
  LabTable table{"codes from",
                 {{"KL(q(z) || p(z)), nats", "KL of the codes of held-out digits to p(z), nats"},
                  {"in holes", "fraction of draws z where the codes' density is below a quarter of p(z)"},
                  {"KL(q(z|x) || p(z)), nats", "cost of the code in the bound of log p(x), nats per digit"}}};
  const Tensor map = map_of(bound.codes);
  const Quantities kls = aggregate_kls(bound, vae.prior());
  std::vector<Plane> planes;
  LabResult out;
  Rng rng(context.seed, "lab/prior-holes");
  for (const Prior which : {Prior::normal, Prior::mixture}) {
    const std::string name = which == Prior::normal ? "N(0, I)" : "mixture";
    const Tensor z = vae.prior().sample(which, draws, {}, rng);
    table.add(name, {kls[which == Prior::normal ? kVaeAggregateNormal : kVaeAggregateMixture].value,
                     share_in_holes(vae, which, z, bound.codes),
                     mean(which == Prior::normal ? bound.kl : bound.kl_mixture).item()});
    planes.push_back(plane_of(name, map, z));
    const Tensor pixels = sigmoid(vae.network().decode(z.rows(0, std::min<int64_t>(100, draws))));
    out.pictures.push_back({which == Prior::normal ? "digits_normal" : "digits_mixture",
                            fmt::format("Digits whose codes are drawn from {}.",
                                        which == Prior::normal ? "N(0, I)" : "the mixture"),
                            draw_picture({"digits", "", ImageGrid{reshape(pixels, {-1, 28, 28}), 20}})});
  }
  out.pictures.insert(
      out.pictures.begin(),
      planes_picture("holes", "Density of the codes of held-out digits, and 300 draws from each prior.",
                     std::move(planes)));
  const double normal = table.rows[0].values[1], mixture = table.rows[1].values[1];
  out.interpretation = fmt::format(
      "The bound pulls each q(z|x) towards N(0, I), but the codes of all digits together do not fill N(0, "
      "I). They leave holes between the kinds of digits: {:.0f} % of the draws from N(0, I) fall where the "
      "codes' density is below a quarter of p(z). The decoder was hardly trained there, and the images "
      "decoded from such draws are blends of two digits. A mixture of Gaussians, fitted to the codes after "
      "the training without a change of either network, puts {:.1f} % of its draws into such holes. It is "
      "also a better model: the KL of the codes to the prior falls from {:.2f} to {:.2f} nats, and the bound "
      "of log p(x) rises by the same amount.",
      100 * normal, 100 * mixture, table.rows[0].values[0], table.rows[1].values[0]);
  out.exercise =
      "The mean of KL(q(z|x) || p(z)) over the digits is KL(q(z) || p(z)) + I(x; z). Which of the two parts "
      "can a prior make smaller, and which prior makes the sum as small as it can be?";
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace

LabEntry prior_holes_lab() {
  return lab_entry<PriorHolesLab>(
      2, "prior-holes", "the codes of a VAE leave holes in N(0, I); a mixture fitted to them does not",
      "Hoffman & Johnson 2016; Dai & Wipf 2019; Ghosh et al. 2020");
}

}  // namespace gradzoo
