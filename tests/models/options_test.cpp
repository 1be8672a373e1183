// Every option of every model changes something.
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/models/registry.h"
#include "models/model_tasks.h"
#include "support/another_value.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// A way to see an option at work.
struct Way {
  std::string option;
  Settings with;           // what else has to be set, where a model has it
  std::string value = {};  // of the option; "": whichever is another one
};

// Beside the defaults, which are tried first.
const Way kWays[] = {
    {"activation", {{"net", "mlp"}}},
    {"ais_chains", {{"hidden", "30"}, {"ais_temperatures", "20"}, {"ais_chains", "5"}}},
    {"ais_chains", {{"hidden", "8,30"}, {"ais_temperatures", "20"}, {"ais_chains", "5"}}},
    {"ais_temperatures", {{"hidden", "30"}, {"ais_temperatures", "20"}, {"ais_chains", "5"}}},
    {"ais_temperatures", {{"hidden", "8,30"}, {"ais_temperatures", "20"}, {"ais_chains", "5"}}},
    {"baseline", {{"estimator", "log-derivative"}}},
    {"channels", {}, "16"},
    {"channels", {{"net", "conv"}}, "16"},
    {"classes", {}, "none"},
    {"density_steps", {{"generator", "true"}}},
    {"discriminator_weight", {{"discriminator", "0.5"}}},
    {"fake_density", {{"generator", "true"}}},
    {"fake_steps", {{"generator", "true"}}},
    {"fd_eps", {{"objective", "fd-ssm"}}},
    {"flow_hidden", {{"noise", "flow"}, {"flow_steps", "3"}}},
    {"flow_steps", {{"noise", "flow"}, {"flow_steps", "3"}}},
    {"generator_hidden", {{"generator", "true"}}},
    {"generator_lr", {{"generator", "true"}}},
    {"generator_sigma", {{"generator", "true"}, {"density_steps", "0"}}},
    {"hidden", {{"net", "mlp"}}},
    {"importance_samples", {{"pixels", "dynamic-binary"}}},
    {"label_dropout", {}, "0.9"},
    {"latent", {{"generator", "true"}}},
    {"level_repeats", {{"solver", "langevin"}}},
    {"level_step", {{"solver", "langevin"}}},
    {"masked", {{"noise", "masking"}}},
    {"noise", {}, "mixture"},
    {"norm_groups", {}, "4"},
    {"order", {}, "random"},
    {"penalty_weight", {{"penalty", "r1"}}},
    {"pixels", {}, "fixed-binary"},
    {"pixels", {{"sampler", "flip"}, {"pixels", "dynamic-binary"}}, "fixed-binary"},
    {"probe_count", {{"objective", "ssm"}}},
    {"probes", {{"objective", "ssm"}}},
    {"upward", {{"hidden", "8,8"}}},
};

// Options that change nothing, with the reason.
const std::map<std::string, std::string> kOfOneValue = {
    {"realnvp pixels", "a density needs dequantised pixels, and all others are refused"}};

/// What a model of these settings comes to, as far as anybody asked.
class Outcome {
 public:
  Outcome(ModelTask& task, const Settings& settings) : task_(task) {
    std::vector<ModelTask::Setting> all;
    for (const auto& [key, value] : settings) all.emplace_back(key.c_str(), value.c_str());
    model_ = task.make("0", "0", all);
    model_->prepare(task.examples(1));
    for (const int64_t step : {0, 5, 9}) train(*model_, task, step, step + 1);
    model_->finish(task.examples(1));
  }
  // Its State, its samples, a validation, an evaluation.
  static constexpr int kParts = 4;
  const std::string& part(int i) {
    if (!parts_.contains(i)) parts_[i] = made(i);
    return parts_[i];
  }

 private:
  std::string made(int i) {
    const Examples held_out = task_.examples(1), other = task_.examples(2);
    const DataView view{held_out, other, 1, task_.shape.toy.get()};
    try {
      switch (i) {
        case 0: {
          State state;
          model_->register_state(state);
          const std::vector<std::byte> bytes = state.bytes();
          return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        }
        case 1: {
          Rng rng(4, "options_test");
          std::string text;
          if (!model_->abilities().samples) return text;
          for (const double value : model_->sample({6, rng}).to_vector()) text += fmt::format("{} ", value);
          return text;
        }
        case 2:
          return text_of(model_->validate(view));
        default:
          return text_of(model_->evaluate(view));
      }
    } catch (const Error&) {
      return "refused";
    }
  }

  ModelTask& task_;
  std::unique_ptr<Model> model_;
  std::map<int, std::string> parts_;
};

// Another value where one may be set: "" where none may be.
std::string value_of(const ModelTask& task, const Way& way) {
  RunOptions options(task.entry);
  for (const auto& [key, value] : kSmallSettings)
    if (options.table().has(key)) options.table().set(key, value);
  for (const auto& [key, value] : way.with)
    if (options.table().has(key)) options.table().set(key, value);
  options.complete(task.shape);
  const Option& option = options.table().find(way.option);
  return way.value.empty() ? another_value(option) : way.value == option.text() ? "" : way.value;
}

// True if the option of that way, and nothing else, makes a difference.
bool makes_difference(ModelTask& task, const Way& way) {
  try {
    const std::string value = value_of(task, way);
    if (value.empty()) return false;
    Settings changed = way.with;
    changed.emplace_back(way.option, value);
    Outcome other(task, changed), usual(task, way.with);
    for (int part = 0; part < Outcome::kParts; ++part)
      if (other.part(part) != usual.part(part)) return true;
  } catch (const Error&) {  // what is refused for these data
  }
  return false;
}

}  // namespace

TEST_CASE("every option of every model changes its State, its samples or its evaluation") {
  std::map<std::string, bool> seen;  // by model and option
  std::vector<ModelTask> tasks = every_task();
  for (const char* model : {"vae", "nce", "dde"})  // some of whose options are of more than one axis
    tasks.push_back({find_model(model), toy_shape("ring8")});
  for (ModelTask& task : tasks) {
    const RunOptions options(task.entry);
    for (size_t i = options.shared(); i < options.table().all().size(); ++i) {
      const std::string key = options.table().all()[i].key;
      bool& works = seen[task.entry.name + " " + key];
      works = works || makes_difference(task, {key, {}});
      for (const Way& way : kWays)
        if (way.option == key) works = works || makes_difference(task, way);
    }
  }
  CHECK(seen.size() > 200);
  for (const auto& option : seen) {
    CAPTURE(option.first);
    CHECK(option.second == !kOfOneValue.contains(option.first));
  }
}

}  // namespace gradzoo
