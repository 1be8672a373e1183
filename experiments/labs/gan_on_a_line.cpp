#include <array>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/gan/game.h"
#include "gradzoo/models/gan/gan.h"
#include "gradzoo/nn/distributions.h"
#include "gradzoo/nn/learn/schedule.h"

namespace gradzoo {
namespace {

struct GanOnALineLab : Lab {
  int64_t steps = 8000;
  double generator_rate = 2e-3;
  double discriminator_rate = 3e-3;
  double start = -1;
  double gap = 2;
  const GanLoss* loss = &non_saturating;

  void describe(OptionTable& options) override {
    options.add("steps", steps, "training steps with each objective", {20, 100000});
    options.add("generator_rate", generator_rate, "initial learning rate of G", {1e-6, 1});
    options.add("discriminator_rate", discriminator_rate, "initial learning rate of D", {1e-6, 1});
    options.add("start", start, "mean of G(z) before training", {-6, 6});
    options.add("gap", gap, "distance of each bump of the data from 0; the bumps are at -gap and gap",
                {0, 4});
    options.add("loss", loss, subset(kGanLosses, &non_saturating, &minimax), "loss of D and G");
  }
  LabResult run(const LabContext& context) const override;
};

constexpr double kBumpWidth = 0.5, kFirstWidth = 0.5;
constexpr double kTop = 1.05;  // of the charts
constexpr int64_t kLineBatch = 256, kHidden = 64;

enum class Teacher { mean, moments, discriminator };
constexpr Choice<Teacher> kTeachers[] = {
    {"mean", Teacher::mean}, {"moments", Teacher::moments}, {"discriminator", Teacher::discriminator}};

// Of means, and of variances too, between a batch of samples (n, 1) and one of data.
Tensor moments_apart(const Tensor& fake, const Tensor& real, bool variances) {
  const Tensor means = square(mean(fake) - mean(real));
  return variances ? means + square(var(fake) - var(real)) : means;
}

// z at n quantiles of N(0, 1): (n, 1).
Tensor even_codes(int64_t n) {
  std::vector<double> z;
  for (int64_t i = 0; i < n; ++i)
    z.push_back(normal_quantile((static_cast<double>(i) + 0.5) / static_cast<double>(n)));
  return tensor(z, {n, 1});
}

class LineGame {
 public:
  LineGame(const GanOnALineLab& lab, Teacher teacher, uint64_t seed)
      : data{lab.gap, kBumpWidth},
        lab_(lab),
        teacher_(teacher),
        rng_(seed, "lab/gan-on-a-line"),
        generator_({.data = {.example = {1}},
                    .latent = 1,
                    .generator_hidden = {kHidden, kHidden},
                    .init = GeneratorInit::torch},
                   rng_),
        discriminator_({.data = {.example = {1}}, .discriminator_hidden = {kHidden, kHidden}}, rng_),
        generator_learner_(generator_, {.optimizer = adam({.beta1 = 0.5})}),
        discriminator_learner_(discriminator_, {.optimizer = adam({.beta1 = 0.5})}) {}

  void step(int64_t at) {
    const double rate = cosine_decay(at, lab_.steps);
    const Tensor real = data.sample(kLineBatch, rng_);
    // On random z the moments' loss would ask for little kurtosis too: by it a batch's variance varies.
    const Tensor z =
        teacher_ == Teacher::discriminator ? randn({kLineBatch, 1}, rng_) : even_codes(kLineBatch);
    const Tape tape;
    const Tensor fake = generated(z);
    if (teacher_ != Teacher::discriminator) {
      generator_learner_.step(moments_apart(fake, real, teacher_ == Teacher::moments),
                              lab_.generator_rate * rate);
      return;
    }
    discriminator_learner_.step(
        lab_.loss->discriminator(discriminator_.forward(real), discriminator_.forward(fake.detach())),
        lab_.discriminator_rate * rate);
    generator_learner_.step(lab_.loss->generator(discriminator_.forward(fake)), lab_.generator_rate * rate);
  }

  // (n, 1): at first about N(start, kFirstWidth^2).
  Tensor generated(const Tensor& z) const { return generator_.forward(z) + z * kFirstWidth + lab_.start; }
  Tensor logits(const Tensor& x) const { return discriminator_.forward(x); }  // (n, 1)
  bool has_discriminator() const { return teacher_ == Teacher::discriminator; }

  TwoBumps data;

 private:
  const GanOnALineLab& lab_;
  Teacher teacher_;
  Rng rng_;
  Generator generator_;
  Discriminator discriminator_;
  Learner generator_learner_, discriminator_learner_;
};

/// How things stand at a step: both densities on a grid, D's logits, and where G maps z.
struct Moment {
  DiscriminatorOnLine line;  // log q is that of a kernel estimate
  double mean, deviation;    // of G(z)
};

// The density of G(z), z ~ N(0, 1), by Gaussian kernels on G of even codes.
Tensor log_density_of(const Tensor& x, const Grid& grid) {
  constexpr double kKernel = 0.1;
  const Tensor places = grid.points(0, grid.count());  // (cells, 1)
  const Tensor apart = (places - reshape(cast(x, DType::f64), {1, x.dim(0)})) / kKernel;
  const double log_norm =
      std::log(kKernel * std::sqrt(2 * std::numbers::pi)) + std::log(static_cast<double>(x.dim(0)));
  return logsumexp(square(apart) * -0.5, 1) - log_norm;
}

Moment moment_of(const LineGame& game) {
  constexpr int64_t kCodes = 1000;
  const Tensor x = game.generated(even_codes(kCodes));
  Moment out{{{game.data, game.data}, {}}, mean(x).item(), std::sqrt(var(x, 0).item())};
  DiscriminatorOnLine& line = out.line;
  line.log_q = log_density_of(x, line.grid);
  line.logits = reshape(cast(game.logits(line.grid.points(0, line.grid.count(), DType::f32)), DType::f64),
                        {line.grid.count()});
  return out;
}

// Lines from z, at the bottom, to G(z), below the axis, with a gap behind each.
Series lines_to_samples(const LineGame& game) {
  constexpr int64_t kLines = 15;
  constexpr double kFrom = -0.5, kTo = -0.06;
  const Tensor z = even_codes(kLines);
  const std::vector<double> from = z.to_vector(), to = game.generated(z).to_vector();
  Series lines{.color = 6};
  for (size_t i = 0; i < from.size(); ++i) {
    lines.x.insert(lines.x.end(), {from[i], to[i], to[i]});
    lines.y.insert(lines.y.end(), {kFrom, kTo, NAN});
  }
  return lines;
}

// What a frame shows of a grid of the line: the middle two thirds.
std::vector<double> shown(const Tensor& values) {
  const int64_t n = values.dim(0);
  return slice(values, 0, n / 6, n - n / 6).to_vector();
}

LineChart frame_of(const LineGame& game, const Moment& moment, std::string title) {
  const DiscriminatorOnLine& line = moment.line;
  const std::vector<double> x = shown(reshape(line.grid.points(0, line.grid.count()), {line.grid.count()}));
  LineChart chart{.title = std::move(title), .y_low = -0.55, .y_high = kTop, .width = 300, .height = 300};
  chart.series = {{.name = "data", .x = x, .y = shown(exp(line.log_p)), .color = 0},
                  {.name = "G(z)", .x = x, .y = shown(clamp(exp(line.log_q), 0, kTop)), .color = 2}};
  if (game.has_discriminator())
    chart.series.push_back(
        {.name = "D(x)", .x = x, .y = shown(sigmoid(line.logits)), .color = 1, .dash = Dash::dashes});
  chart.series.push_back(lines_to_samples(game));
  return chart;
}

// Trains G with one objective: returns a strip of frames, and adds a row to the table.
LabPicture taught_by(const Choice<Teacher>& teacher, const GanOnALineLab& lab, const LabContext& context,
                     LabTable& table) {
  LineGame game(lab, teacher.value, context.seed);
  std::vector<LineChart> strip;
  const std::array looks = {int64_t{0}, lab.steps / 20, lab.steps / 5, lab.steps};
  for (int64_t step = 0, look = 0;; ++step) {
    if (step == looks[static_cast<size_t>(look)]) {
      const NoGrad quiet;
      const Moment now = moment_of(game);
      strip.push_back(frame_of(game, now, fmt::format("{}: step {}", teacher.name, step)));
      if (step == lab.steps) {
        table.add(std::string(teacher.name),
                  {now.mean, now.deviation, jsd_on_grid(now.line.grid, now.line.log_p, now.line.log_q),
                   game.has_discriminator() ? now.line.errors().mean : NAN});
        break;
      }
      context.progress(fmt::format("{}: step {} of {}", teacher.name, step, lab.steps));
      ++look;
    }
    game.step(step);
  }
  return {std::string(teacher.name),
          fmt::format("G is trained with the objective '{}'. The curves are the densities of the data and of "
                      "G(z), cut off at the top{}. The lines below go from z, at even quantiles, to G(z).",
                      teacher.name, game.has_discriminator() ? "; the dashed curve is D(x)" : ""),
          side_by_side(strip)};
}

LabResult GanOnALineLab::run(const LabContext& context) const {
  const double width = std::hypot(gap, kBumpWidth);
  LabTable table{"G taught by",
                 {{"mean", "mean of G(z); the data have mean 0"},
                  {"deviation", fmt::format("standard deviation of G(z); the data have {:.3g}", width)},
                  {"JSD", "Jensen-Shannon divergence of data and G(z), nats: 0 to log 2 = 0.693"},
                  {"|D - D*|", "mean error of D against p/(p + q)"}}};
  LabResult out;
  for (const Choice<Teacher>& teacher : kTeachers)
    out.pictures.push_back(taught_by(teacher, *this, context, table));
  out.interpretation = fmt::format(
      "The data are two bumps with mean 0 and standard deviation {:.3g}. If G must match only the mean, its "
      "mean becomes {:.2g}, between the bumps, where the data have hardly any density. Its width is not "
      "constrained and becomes {:.3g}, and the JSD is {:.3g} nats. If G must match mean and variance, it "
      "reaches both ({:.2g} and {:.3g}) with one wide hill, and the JSD is {:.3g} nats. Moments are "
      "statistics that somebody chose, and everything else about the densities is invisible to them. D is a "
      "learned statistic: it detects every difference of the densities, and its slope shows each sample "
      "where to go. With D the JSD is {:.3g} nats, and the last frame shows the result. D then differs from "
      "p/(p + q) by {:.2g} on average, because G changes while D learns.",
      width, table.at("mean", "mean"), table.at("mean", "deviation"), table.at("mean", "JSD"),
      table.at("moments", "mean"), table.at("moments", "deviation"), table.at("moments", "JSD"),
      table.at("discriminator", "JSD"), table.at("discriminator", "|D - D*|"));
  out.exercise =
      "Which moments would a statistic have to match so that G must have the two bumps? And why are there "
      "samples between them, where the data have hardly any density?";
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace

LabEntry gan_on_a_line_lab() {
  return lab_entry<GanOnALineLab>(
      2, "gan-on-a-line",
      "a generator on a line, trained with the mean, with moments and with a discriminator",
      "Goodfellow et al. 2014, figure 1");
}

}  // namespace gradzoo
