#include <cmath>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/pictures/plane_pictures.h"

namespace gradzoo {
namespace {

/// Its knobs.
struct NceConstantLab : Lab {
  int64_t steps = 3000;
  int64_t hidden = 128;
  double width = 1.2;
  double narrow = 0.5;
  double wide = 6;

  void describe(OptionTable& options) override {
    options.add("steps", steps, "of training, each noise", {10, 100000});
    options.add("hidden", hidden, "units of both hidden layers", {1, 4096});
    options.add("width", width, "of the noise, in standard deviations of the data", {0.1, 50});
    options.add("narrow", narrow, "the same of a narrow one", {0.1, 50});
    options.add("wide", wide, "the same of a wide one", {0.1, 50});
  }
  LabResult run(const LabContext& context) const override;
};

/// Gaussian noise, as wide as so many of the data's standard deviations, and for how long it is told from
/// data.
struct NoiseWidth {
  std::string name;
  double width;
  int64_t steps;
};

LabResult NceConstantLab::run(const LabContext& context) const {
  const std::string usual = fmt::format("{}", width), early = usual + ", early",
                    little = fmt::format("{}, narrow", narrow), much = fmt::format("{}, wide", wide);
  const std::shared_ptr<const Toy> toy = make_toy("ring8", {.noise = 0.2});
  LabTable table{
      "noise width",
      {{"c - log Z", "the learned constant minus log Z of the learned energy by quadrature, nats"},
       {"KL, nats", "KL(truth || exp f / Z)"},
       {"held-out log p", "mean of f - c on held-out points, nats: a log-likelihood, if c is log Z"}}};
  std::vector<Plane> planes;
  const NoiseWidth noises[] = {{early, width, std::max<int64_t>(1, steps / 10)},
                               {usual, width, steps},
                               {little, narrow, steps},
                               {much, wide, steps}};
  for (const NoiseWidth& noise : noises) {
    const std::unique_ptr<Session> session =
        train(fmt::format("nce data=ring8 toy_noise=0.2 steps={} hidden={},{} noise_width={} seed={}",
                          noise.steps, hidden, hidden, noise.width, context.seed),
              context);
    const Quantities found =
        session->model->evaluate(session->data.view(session->data.evaluation_examples(Split::test)));
    table.add(noise.name, {found[kNceConstantError].value, found[kKl].value, found[kNceLogProb].value});
    const Target target = session->model->abilities().target;
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
      "noise of {} times the data's width, c is right to {:.3f} nats and the KL is {:.4f}. A right c alone "
      "proves little: after a tenth of the steps c was right to {:.3f} nats, for a ring without modes (KL "
      "{:.3f}; none at all would have {:.3f}). Narrow noise, of {} widths, leaves regions with data but next "
      "to no noise, where nothing constrains the energy (KL {:.3f}, c off by {:.2f}). Noise of {} widths is "
      "easy to discriminate, so the energy learns little (KL {:.3f}).",
      width, std::abs(table.at(usual, "c - log Z")), table.at(usual, "KL, nats"),
      std::abs(table.at(early, "c - log Z")), table.at(early, "KL, nats"), ring_without_modes_kl(*toy),
      narrow, table.at(little, "KL, nats"), table.at(little, "c - log Z"), wide, table.at(much, "KL, nats"));
  out.exercise =
      "With p_noise = p_data, what are the best f and c, and what is the loss with two noise points for each "
      "data point?";
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace

LabEntry nce_constant_lab() {
  return lab_entry<NceConstantLab>(
      3, "nce-constant",
      "log Z learned as a parameter, by classifying data against noise; and which noise works",
      "Gutmann & Hyvarinen 2010");
}

}  // namespace gradzoo
