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

constexpr int64_t kRunSteps = 12, kLogEvery = 5;

/// A model with settings by which its State has more parts, or its steps more phases.
struct ResumedModel {
  const char* model;
  const char* data;  // "images", or a toy's name
  std::vector<ModelTask::Setting> settings;
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
    {"rbm", "images", {{"chains", "persistent"}, {"particles", "20"}}},
    {"dbn", "images", {{"hidden", "7,6,5"}, {"chains", "persistent"}, {"particles", "20"}}},
    {"dae", "images", {{"noise", "masking"}}},
    {"dae", "images", {{"noise", "gaussian"}}},
    {"score", "images", {{"objective", "ssm"}, {"conditional", "true"}}},
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

TrainPlan plan_of_whole(ModelTask& task, Model*& model) {
  return {.steps = kRunSteps,
          .steps_per_epoch = 10,
          .log_every = kLogEvery,
          .learning_rate = 0.01,
          .schedule = Decay::cosine,
          .finish = [&task, &model] { model->finish(task.examples(1)); }};
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
  WatchedTraining(ModelTask& task, const std::vector<ModelTask::Setting>& settings, bool resumed)
      : run(task, plan_of_whole(task, model), settings, resumed) {
    model = run.model.get();
  }

  void on_log(const LogRow& row) override { rows[row.step].assign(row.metrics.begin(), row.metrics.end()); }
  void on_epoch(int64_t) override {}
  bool should_stop(int64_t) override {
    if (keeps_states) states.push_back(values_of(run.state));
    return false;
  }
  /// What it leaves: rows from here on, the State, samples.
  void go_on() {
    CHECK(run.trainer.run(*this));
    end = values_of(run.state);
    if (!run.model->abilities().samples) return;
    Rng rng(5, "resume_test");
    samples = run.model->sample({6, rng}).to_vector();
  }

  Model* model = nullptr;
  TaskRun run;
  bool keeps_states = false;
  std::vector<Values> states;  // after 0, 1, ... steps
  Values end;
  std::map<int64_t, std::vector<double>> rows;
  std::vector<double> samples;
};

/// A whole training, and whether others that continue from its States are the same.
class WholeTraining {
 public:
  WholeTraining(ModelTask& task, const std::vector<ModelTask::Setting>& settings)
      : task_(task), settings_(settings), whole_(task, settings, false) {
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
    WatchedTraining rest(task_, settings_, true);
    const Values& kept = whole_.states[static_cast<size_t>(stop)];
    for (size_t i = 0; i < kept.size(); ++i)
      if (i != missing) rest.run.state.entries()[i].restore(kept[i].data());
    try {
      rest.go_on();
    } catch (const Error&) {
      return false;
    }
    for (size_t i = 0; i < kept.size(); ++i)
      if (i != missing && rest.end[i] != whole_.end[i]) return false;
    for (const auto& [step, row] : whole_.rows)
      if (step > stop && !same(rest.rows[step], row)) return false;
    return same(rest.samples, whole_.samples);
  }

 private:
  // NaN is NaN.
  static bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::ranges::equal(a, b,
                              [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
  }

  ModelTask& task_;
  const std::vector<ModelTask::Setting>& settings_;
  WatchedTraining whole_;
};

// One entry of each kind that can be forgotten: of the tensors that a learner keeps for all parameters alike
// the first.
std::vector<size_t> forgettable(const WholeTraining& whole, Model& model) {
  std::set<std::string> parameters, seen;
  for (Learner* learner : model.learners()) {
    State state;
    learner->parameters().add_to(state);
    for (const State::Entry& entry : state.entries()) parameters.insert(entry.name);
  }
  std::vector<size_t> out;
  for (size_t i = 0; i < whole.entries().size(); ++i) {
    std::string name = whole.entries()[i].name;
    for (const std::string& parameter : parameters)
      if (name.ends_with("." + parameter) && name.size() > parameter.size() + 1)
        name = name.substr(0, name.size() - parameter.size());
    if (parameters.contains(name)) name = name.substr(0, name.find('.'));
    if (seen.insert(name).second) out.push_back(i);
  }
  return out;
}

std::vector<ResumedModel> resumed_models() {
  std::vector<ResumedModel> all(std::begin(kWithPhases), std::end(kWithPhases));
  for (const ModelEntry& entry : model_registry()) {
    if (entry.data(find_kind("images"))) all.push_back({entry.name.c_str(), "images", {}});
    if (entry.data(find_kind("0 and 1"))) all.push_back({entry.name.c_str(), toy_for(entry), {}});
  }
  return all;
}

TEST_CASE(
    "a training that is stopped after any step goes on as if it had not been, and not without an entry") {
  std::map<std::string, bool> noticed;  // of each model's entries
  for (const ResumedModel& some : resumed_models()) {
    CAPTURE(some.model);
    CAPTURE(some.data);
    const bool images = std::string(some.data) == "images";
    ModelTask task{find_model(some.model),
                   images ? DataShape{.example = {8, 8}, .classes = 3} : toy_shape(some.data)};
    for (const auto& [key, value] : some.settings) {
      CAPTURE(key);
      CHECK(RunOptions(task.entry).table().has(key));
    }
    WholeTraining whole(task, some.settings);
    for (int64_t stop = 0; stop <= kRunSteps; ++stop) {
      CAPTURE(stop);
      CHECK(whole.goes_on(stop));
    }
    for (const size_t missing : forgettable(whole, whole.model())) {
      bool& found = noticed[std::string(some.model) + ": " + whole.entries()[missing].name];
      for (const int64_t stop : {int64_t{7}, kRunSteps, int64_t{0}, int64_t{3}})
        found = found || !whole.goes_on(stop, missing);
    }
  }
  for (const auto& [entry, found] : noticed) CHECK_MESSAGE(found, entry);
  CHECK(noticed.size() > 100);
}

}  // namespace
}  // namespace gradzoo
