#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/base/error.h"
#include "models/model_tasks.h"

// Trainings that are stopped and continued, for every model of the list and for all that it does besides
// descend: warm-ups, phases, averages, buffers, fits before and after.
namespace gradzoo {
using namespace test;
namespace {

constexpr int64_t kRunSteps = 12, kLogEvery = 5, kFitted = 300;

/// A model with settings by which its State has more parts, or its steps more phases.
struct ResumedModel {
  std::string model, data;  // data: "images", or a toy's name
  std::vector<ModelTask::Setting> settings;
  double rate = 0.01;  // larger where draws of bits would not notice what weights near 0 forget
};

const ResumedModel kWithPhases[] = {
    {"vae", "images", {{"kl_warmup", "0.5"}, {"components", "4"}}},
    {"vae", "images", {{"estimator", "log-derivative"}, {"baseline", "constant"}}},
    {"vae", "images", {{"conditional", "true"}, {"components", "6"}, {"net", "conv"}}},
    {"vae", "gaussian", {{"estimator", "log-derivative"}, {"kl_warmup", "0.8"}, {"objective", "elbo"}}},
    {"gan", "gaussian", {{"preset", "pacgan"}, {"ema", "0"}, {"maxout", "3"}}},
    {"gan", "gaussian", {{"instance_noise", "0.3"}, {"noise_until", "0.6"}, {"critic_steps", "3"}}},
    {"gan", "images", {{"net", "mlp"}, {"decoder_steps", "3"}, {"clusters", "3"}, {"penalty", "gradient"}}},
    {"gan",
     "images",
     {{"net", "dcgan"},
      {"conditional", "true"},
      {"generator_steps", "2"},
      {"spectral_norm", "true"},
      {"negative_augmentation", "jigsaw"}}},
    {"ebm", "images", {{"preset", "uva"}}},
    {"ebm", "images", {{"preset", "uva"}, {"spectral_norm", "true"}}},
    {"ebm", "images", {{"sampler", "flip"}, {"pixels", "dynamic-binary"}}},
    {"ebm", "gaussian", {{"sampler", "mala"}, {"jumps", "3"}}},
    {"rbm", "bars-and-stripes", {{"chains", "persistent"}, {"particles", "20"}, {"chain_steps", "1"}}, 5},
    {"dbn",
     "bars-and-stripes",
     {{"hidden", "20,15,10"}, {"chains", "persistent"}, {"particles", "20"}, {"chain_steps", "1"}},
     100},
    {"dbn", "images", {{"hidden", "7,6"}}},
    {"dae", "images", {{"noise", "masking"}}},
    {"dae", "images", {{"noise", "gaussian"}}},
    {"score", "images", {{"objective", "ssm"}, {"data_noise", "0.3"}, {"conditional", "true"}}},
    {"ddpm", "images", {{"discriminator", "0.5"}, {"classes", "clusters:3"}}},
    {"ddpm", "images", {{"classes", "labels:6"}, {"label_dropout", "0.5"}}},
    {"flow-matching", "images", {{"discriminator", "0.4"}, {"classes", "labels"}}},
    {"ncsn", "images", {{"net", "mdsm"}, {"discriminator", "0.4"}}},
    {"dde", "images", {{"generator", "true"}, {"density_steps", "5"}, {"fake_steps", "2"}}},
    {"dde", "images", {{"generator", "true"}, {"density_steps", "0"}, {"generator_sigma", "1"}}},
    {"dde", "gaussian", {{"generator", "true"}, {"density_steps", "4"}, {"sigma_begin", "2"}}},
    {"nce", "images", {{"warm_up", "0.5"}}},
    {"nce", "gaussian", {{"noise", "flow"}, {"flow_steps", "3"}}},
    {"fce", "images", {{"warm_up", "0.5"}, {"flow_rate", "0.5"}}},
    {"fce", "gaussian", {{"warm_up", "0.5"}}},
};

TrainPlan plan_of_whole(ModelTask& task, double rate, Model*& model) {
  return {.steps = kRunSteps,
          .steps_per_epoch = 10,
          .log_every = kLogEvery,
          .learning_rate = rate,
          .schedule = Decay::cosine,
          .finish = [&task, &model] { model->finish(task.examples(1, kFitted)); }};
}

/// All entries of a State, as bytes.
using Values = std::vector<std::vector<std::byte>>;
Values values_of(const State& state) {
  Values values;
  for (const State::Entry& entry : state.entries()) values.push_back(entry.bytes());
  return values;
}

/// A training whose rows of metrics are kept, and its State after every step.
struct WatchedTraining : TrainObserver {
  WatchedTraining(ModelTask& its_task, const ResumedModel& some, bool resumed)
      : task(its_task), run(task, plan_of_whole(task, some.rate, model), some.settings, resumed) {
    model = run.model.get();
  }

  void on_log(const LogRow& row) override { rows[row.step].assign(row.metrics.begin(), row.metrics.end()); }
  void on_epoch(int64_t) override {}
  bool should_stop(int64_t) override {
    if (keeps_states) states.push_back(values_of(run.state));
    return false;
  }
  /// What it leaves: rows from here on, the State, numbers and samples.
  void go_on() {
    CHECK(run.trainer.run(*this));
    end = values_of(run.state);
    const Examples held_out = task.examples(2);
    numbers = text_of(run.model->validate({held_out, held_out, 1, task.shape.toy.get()}));
    if (!run.model->abilities().samples) return;
    Rng rng(5, "resume_test");
    samples = run.model->sample({6, rng}).to_vector();
  }

  ModelTask& task;
  Model* model = nullptr;
  TaskRun run;
  bool keeps_states = false;
  std::vector<Values> states;  // after 0, 1, ... steps
  Values end;
  std::map<int64_t, std::vector<double>> rows;
  std::string numbers;
  std::vector<double> samples;
};

/// A whole training, and whether others that continue from its States are the same.
class WholeTraining {
 public:
  WholeTraining(ModelTask& task, const ResumedModel& some)
      : task_(task),
        some_(some),
        whole_(task, some, false),
        fresh_(values_of(WatchedTraining(task, some, true).run.state)) {
    whole_.keeps_states = true;
    whole_.states.push_back(values_of(whole_.run.state));
    whole_.go_on();
    whole_.states.push_back(whole_.end);
    REQUIRE(std::ssize(whole_.states) == kRunSteps + 1);
  }

  std::span<const State::Entry> entries() const { return whole_.run.state.entries(); }
  Model& model() { return *whole_.run.model; }

  /// Stopped after so many steps; one entry may be missing in what is read back.
  bool goes_on(int64_t stop, std::optional<size_t> missing = {}) const {
    WatchedTraining rest(task_, some_, true);
    const Values& kept = whole_.states[static_cast<size_t>(stop)];
    for (size_t i = 0; i < kept.size(); ++i)
      if (i != missing) rest.run.state.entries()[i].restore(kept[i]);
    try {
      rest.go_on();
    } catch (const Error&) {
      return false;
    }
    for (size_t i = 0; i < kept.size(); ++i)
      if (i != missing && rest.end[i] != whole_.end[i]) return false;
    for (const auto& [step, row] : whole_.rows)
      if (step > stop && !same(rest.rows[step], row)) return false;
    return rest.numbers == whole_.numbers && same(rest.samples, whole_.samples);
  }
  /// Whether there is something to forget.
  bool has_changed(int64_t stop, size_t entry) const {
    return whole_.states[static_cast<size_t>(stop)][entry] != fresh_[entry];
  }

 private:
  // NaN is NaN.
  static bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::ranges::equal(a, b,
                              [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
  }

  ModelTask& task_;
  const ResumedModel& some_;
  WatchedTraining whole_;
  Values fresh_;  // of a model before anything is read back
};

// What entries are called in common: tensors that a learner keeps for all of its parameters have one name.
std::string kind_of_entry(const std::string& name, Model& model) {
  for (Learner* learner : model.learners()) {
    State state;
    learner->parameters().add_to(state);
    for (const State::Entry& parameter : state.entries()) {
      if (name == parameter.name) return "parameters of learner " + parameter.name.substr(0, name.find('.'));
      if (name.ends_with("." + parameter.name)) return name.substr(0, name.size() - parameter.name.size());
    }
  }
  return name;
}

std::vector<ResumedModel> resumed_models() {
  std::vector<ResumedModel> all(std::begin(kWithPhases), std::end(kWithPhases));
  for (const ModelEntry& entry : model_registry()) {
    if (entry.data(find_kind("images"))) all.push_back({entry.name, "images", {}});
    if (entry.data(find_kind("0 and 1"))) all.push_back({entry.name, toy_for(entry), {}});
  }
  return all;
}

TEST_CASE(
    "a training that is stopped after any step goes on as if it had not been, and not without an entry") {
  std::map<std::string, bool> noticed;  // of each kind of entry that has ever changed
  for (const ResumedModel& some : resumed_models()) {
    CAPTURE(some.model);
    CAPTURE(some.data);
    ModelTask task{find_model(some.model),
                   some.data == "images" ? DataShape{.example = {8, 8}, .classes = 3} : toy_shape(some.data)};
    for (const ModelTask::Setting& setting : some.settings)
      CHECK_MESSAGE(RunOptions(task.entry).table().has(setting.first), setting.first);
    WholeTraining whole(task, some);
    for (int64_t stop = 0; stop <= kRunSteps; ++stop) {
      CAPTURE(stop);
      CHECK(whole.goes_on(stop));
    }
    std::set<std::string> tried;
    for (size_t missing = 0; missing < whole.entries().size(); ++missing) {
      const std::string kind = kind_of_entry(whole.entries()[missing].name, whole.model());
      if (!tried.insert(kind).second) continue;
      for (int64_t stop = kRunSteps; stop >= 0; --stop) {
        if (!whole.has_changed(stop, missing)) continue;
        bool& found = noticed[some.model + ": " + kind];
        found = found || !whole.goes_on(stop, missing);
        if (found) break;
      }
    }
  }
  noticed.erase("dde: fake_density.average.");  // a density of fakes is of use to the training alone
  for (const auto& entry : noticed) CHECK_MESSAGE(entry.second, entry.first);
  CHECK(noticed.size() > 100);
}

}  // namespace
}  // namespace gradzoo
