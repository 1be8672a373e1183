#include "tools/lab/labs/mode_collapse.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/gan/gan.h"
#include "models/pictures/plane_pictures.h"
#include "models/run/session.h"
#include "tools/plot/chart.h"

namespace gradzoo {
namespace {

/// Looks at a GAN while it trains: at the modes covered, and at D's loss.
class ModeWatch : public TrainObserver {
 public:
  ModeWatch(Session& session, int64_t every, std::string name)
      : session_(session), every_(every), covered_{.name = std::move(name)} {}
  void on_log(const LogRow& row) override { discriminator_loss_ = row.metrics[0]; }
  void on_epoch(int64_t) override {}
  bool should_stop(int64_t step) override {
    if (step % every_ == 0) look(step);
    return false;
  }
  void look(int64_t step) {
    last_ = dynamic_cast<Gan&>(*session_.model).coverage(session_.data.seed()).value();
    covered_.x.push_back(static_cast<double>(step));
    covered_.y.push_back(static_cast<double>(last_.covered));
  }
  const ModeCoverage& last() const { return last_; }
  double discriminator_loss() const { return discriminator_loss_; }  // nats, of the last log row
  const Series& covered() const { return covered_; }

 private:
  Session& session_;
  int64_t every_;
  double discriminator_loss_ = 0;
  ModeCoverage last_{};
  Series covered_;
};

/// A GAN by its settings.
struct GanSetting {
  const char* name;
  std::vector<std::string> assignments;
};

}  // namespace

LabResult ModeCollapseLab::run(const LabContext& context) const {
  const GanSetting settings[] = {{"default", {}},
                                 {"minimax", {"loss=minimax"}},
                                 {"collapse", {"preset=collapse"}},
                                 {"collapse, with noise", {"preset=collapse", "instance_noise=0.2"}}};
  LabTable table{"setting",
                 {{"modes", "of eight, that hold 20 of 2,500 samples within 3 sigma, at the end"},
                  {"most modes", "that it covered at any look"},
                  {"smallest share", "of the samples in the mode that has fewest; .125 would be even"},
                  {"high quality", "share of the samples within 3 sigma of a mode; of true draws .989"},
                  {"D's loss", "nats, at the end: log 4 = 1.386 where D cannot tell, 0 where it is sure"}}};
  LineChart chart{.title = "modes of ring8 that are covered",
                  .x_label = "training step",
                  .y_label = "modes",
                  .y_low = 0,
                  .y_high = 8.5};
  std::vector<Plane> planes;
  for (const GanSetting& setting : settings) {
    context.progress(fmt::format("{}: {} steps", setting.name, steps));
    std::vector<std::string> all = {"data=ring8", fmt::format("seed={}", context.seed)};
    all.insert(all.end(), setting.assignments.begin(), setting.assignments.end());
    all.push_back(fmt::format("steps={}", steps));
    Session session(*run_options("gan", all));
    ModeWatch watch(session, std::max<int64_t>(1, steps / looks), setting.name);
    session.train(watch);
    watch.look(steps);
    const ModeCoverage& last = watch.last();
    table.add(setting.name, {static_cast<double>(last.covered), std::ranges::max(watch.covered().y),
                             last.smallest_share, last.high_quality, watch.discriminator_loss()});
    chart.series.push_back(watch.covered());
    Rng rng(context.seed, "lab/mode-collapse");
    planes.push_back(samples_over_truth(*session.data.shape().toy, session.model->sample({1000, rng})));
    planes.back().title = setting.name;
  }
  LabResult out;
  out.pictures.push_back(
      {"modes", "How many of the eight modes each GAN covers while it trains.", draw_chart(chart)});
  out.pictures.push_back(planes_picture("samples", "A thousand samples of each at the end.", planes));
  out.reading = fmt::format(
      "All four have the same players; they learn {} steps. The default finds {:.0f} of 8 modes, and D is "
      "left with a loss of {:.2f} nats of log 4 = 1.39: it can hardly tell. Minimax in place of the non-"
      "saturating loss does it no harm ({:.0f} modes). With a D that learns a hundred times faster than G, "
      "and no noise on what D sees, G stays on {:.0f}: D is sure of itself everywhere (loss {:.2f}), so its"
      " landscape is flat but where G already is, and nothing draws G to modes that it has not found. More "
      "training does not help, as the picture shows. The same game with noise on all that D sees spreads "
      "over the ring again ({:.0f} modes), since real and generated points then overlap; its slow G is "
      "still far from sharp ({:.0f} % of high quality, the default {:.0f} %). How sharp samples are is "
      "another matter: {:.0f} % of the collapsed ones are of high quality.",
      steps, table.at("default", "modes"), table.at("default", "D's loss"), table.at("minimax", "modes"),
      table.at("collapse", "modes"), table.at("collapse", "D's loss"),
      table.at("collapse, with noise", "modes"), 100 * table.at("collapse, with noise", "high quality"),
      100 * table.at("default", "high quality"), 100 * table.at("collapse", "high quality"));
  out.exercise =
      "The non-saturating loss keeps its gradient where D is sure. Would it have saved the collapsed GAN? "
      "Run gradzoo train gan --data ring8 --set preset=collapse --set loss=non-saturating.";
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace gradzoo
