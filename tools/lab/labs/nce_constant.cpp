#include <cmath>

#include <fmt/format.h>

#include "models/base/density_quantities.h"
#include "models/eval/quadrature.h"
#include "models/nce/nce.h"
#include "models/pictures/plane_pictures.h"
#include "tools/lab/lab.h"

namespace gradzoo {
namespace {

/// Gaussian noise, as wide as so many of the data's standard deviations, and for how long it is told from
/// data.
struct NoiseWidth {
  const char* name;
  double width;
  int64_t steps;
};

LabResult run_nce_constant(const LabContext& context) {
  const int64_t steps = context.size("steps", 3000);   // of training, each noise
  const int64_t hidden = context.size("hidden", 128);  // units of both hidden layers
  const std::shared_ptr<const Toy> toy = make_toy("ring8", {.noise = 0.2});
  LabTable table{
      "noise width",
      {{"c - log Z", "the learned constant minus log Z of the learned energy by quadrature, nats"},
       {"KL, nats", "KL(truth || exp f / Z)"},
       {"held-out log p", "mean of f - c on held-out points, nats: a log-likelihood, if c is log Z"}}};
  std::vector<Plane> planes;
  const NoiseWidth noises[] = {
      {"1.2, early", 1.2, steps / 10}, {"1.2", 1.2, steps}, {"0.5", 0.5, steps}, {"6", 6, steps}};
  for (const NoiseWidth& noise : noises) {
    const std::vector<std::string> settings = {"data=ring8",
                                               "toy_noise=0.2",
                                               fmt::format("steps={}", noise.steps),
                                               fmt::format("hidden={},{}", hidden, hidden),
                                               fmt::format("noise_width={}", noise.width),
                                               fmt::format("seed={}", context.seed)};
    const std::unique_ptr<Session> session = train("nce", settings, context);
    const Quantities found =
        session->model->evaluate(session->data.view(session->data.evaluation_examples(Split::test)));
    table.add(noise.name, {found[kNceConstantError].value, found[kKl].value, found[kNceLogProb].value});
    const Target target = session->model->target();
    const Picture both = density_picture("", "", *toy, target.log_prob);
    planes.push_back(std::get<Planes>(both.content).planes[1]);
    planes.back().title = fmt::format("noise width {}", noise.name);
  }
  LabResult out;
  out.pictures.push_back(
      planes_picture("densities", "exp f / Z learned against noise of each width.", planes));
  out.interpretation = fmt::format(
      "An energy gives its density up to Z. Here nothing is integrated: a classifier with the odds exp(f - "
      "c) / (2 p_noise) discriminates data from noise, and its best constant c is log Z. Against Gaussian "
      "noise a little wider than the data, c is right to {:.3f} nats and the KL is {:.4f}. A right c alone "
      "proves little: after a tenth of the steps c was right to {:.3f} nats, for a ring without modes (KL "
      "{:.3f}; none at all would have {:.3f}). Noise half as wide as the data leaves regions with data but "
      "next to no noise, where nothing constrains the energy (KL {:.3f}, c off by {:.2f}). Noise of width 6 "
      "is easy to discriminate, so the energy learns little (KL {:.3f}).",
      std::abs(table.at("1.2", "c - log Z")), table.at("1.2", "KL, nats"),
      std::abs(table.at("1.2, early", "c - log Z")), table.at("1.2, early", "KL, nats"),
      ring_without_modes_kl(*toy), table.at("0.5", "KL, nats"), table.at("0.5", "c - log Z"),
      table.at("6", "KL, nats"));
  out.exercise =
      "With p_noise = p_data, what are the best f and c, and what is the loss with two noise points for each "
      "data point?";
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace

LabEntry nce_constant_lab() {
  return {"nce-constant",
          "log Z learned as a parameter, by classifying data against noise; and which noise works",
          "Gutmann & Hyvarinen 2010", run_nce_constant};
}

}  // namespace gradzoo
