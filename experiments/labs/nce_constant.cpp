#include <cmath>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/models/base/density_quantities.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/pictures/plane_pictures.h"

namespace gradzoo {
namespace {

struct NceConstantLab : Lab {
  int64_t steps = 3000;
  int64_t hidden = 128;
  double width = 1.2;
  double narrow = 0.5;
  double wide = 6;

  void describe(OptionTable& options) override {
    options.add("steps", steps, "training steps per noise width", {10, 100000});
    options.add("hidden", hidden, "units per hidden layer (two layers)", {1, 4096});
    options.add("width", width, "width of the noise, in standard deviations of the data", {0.1, 50});
    options.add("narrow", narrow, "width of the narrow noise, in standard deviations of the data", {0.1, 50});
    options.add("wide", wide, "width of the wide noise, in standard deviations of the data", {0.1, 50});
  }
  LabResult run(const LabContext& context) const override;
};

/// Gaussian noise: its width in standard deviations of the data, and the training steps.
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
      {{"c - log Z", "learned constant minus log Z of the learned energy (by quadrature), nats"},
       {"KL, nats", "KL(true density || exp f / Z), nats"},
       {"held-out log p", "mean of f - c on held-out points, nats; it is a log-likelihood if c is log Z"}}};
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
  out.pictures.push_back(planes_picture(
      "densities", "The densities exp f / Z that were learned with noise of each width.", planes));
  out.interpretation = fmt::format(
      "An energy gives its density up to the constant Z. This lab does not integrate: a classifier with the "
      "odds exp(f - c) / (2 p_noise) discriminates data from noise, and its best constant c is log Z. With "
      "Gaussian noise of {} times the data's width, c has an error of {:.3f} nats, and the KL is {:.4f} "
      "nats. A right c proves little: after a tenth of the steps the error of c was {:.3f} nats, but the "
      "density was nearly a ring without modes (KL {:.3f}; a uniform ring has {:.3f}). Narrow noise, of {} "
      "widths, leaves regions with data but nearly no noise, where nothing constrains the energy (KL {:.3f}, "
      "error of c {:.2f}). Noise of {} widths is easy to discriminate, so the energy learns little (KL "
      "{:.3f}).",
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
      3, "nce-constant", "log Z as a parameter of a classifier of data and noise, and which noise works",
      "Gutmann & Hyvarinen 2010");
}

}  // namespace gradzoo
