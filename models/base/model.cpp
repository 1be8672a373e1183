#include "gradzoo/models/base/model.h"

#include <algorithm>
#include <utility>

#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "models/base/data_units.h"
#include "models/pictures/line_pictures.h"
#include "models/pictures/samples_picture.h"

namespace gradzoo {
namespace {

void assign(SamplingOptions& sampling, const std::vector<std::string>& assignments) {
  OptionTable table;
  sampling.describe(table);
  if (!assignments.empty() && table.all().empty())
    throw Error("samples of this model have no options. Hint: remove --set");
  for (const std::string& assignment : assignments) table.assign(assignment);
}

void check_labels(const SampleRequest& request, const LabelNames& names) {
  const Tensor& labels = request.labels;
  if (!labels.defined()) return;
  if (names.empty())
    throw Error(
        "this model was not trained on labels, so it cannot sample by label. Hint: remove the label, or "
        "train the model with conditional=true");
  if (labels.shape() != Shape{request.n} || labels.dtype() != DType::i64)
    throw Error("labels are {} {} for {} samples. Hint: give one i64 label per sample",
                dtype_name(labels.dtype()), labels.shape().str(), request.n);
  for (int64_t i = 0; i < request.n; ++i) {
    const int64_t label = labels.data<int64_t>()[i];
    if (!names.contains(label))
      throw Error("label {} is not a learned class. Hint: use {}", label, list_of(names));
  }
}

}  // namespace

/// While it lives nothing is recorded, and parameters hold their averages.
class Model::Shown {
 public:
  explicit Shown(const Model& model) : averages_(model.averages()) {}

 private:
  NoGrad quiet_;
  std::vector<std::shared_ptr<const void>> averages_;
};

std::vector<std::shared_ptr<const void>> Model::averages() const {
  std::vector<std::shared_ptr<const void>> held;
  for (Learner* learner : learners_) held.push_back(learner->averaged());
  return held;
}

Metric Model::add_metric(MetricInfo info) {
  if (info.unit.find(' ') != std::string::npos)
    throw Error("the metric {} has the unit '{}'. Hint: name, unit, explanation", info.name, info.unit);
  metrics_.push_back(std::move(info));
  return Metric(metrics_.size() - 1);
}

void Model::see_in(const PointUnits& units, std::shared_ptr<const Toy> truth) {
  units_ = units;
  truth_ = std::move(truth);
}

template <class Fn>
auto Model::seeing(const DataView& data, Fn fn) const {
  if (!units_.is_set()) return fn(data);
  const Examples examples = units_.to_model(data.examples), train = units_.to_model(data.train);
  return fn(DataView{examples, train, data.seed, data.toy == nullptr ? nullptr : truth_.get()});
}

void Model::finish(const Examples& examples) {
  if (!description_.finish) return;
  const Shown shown(*this);
  description_.finish(examples);
}

void Model::reopen() {
  if (description_.reopen) description_.reopen();
}

std::unique_ptr<SamplingOptions> Model::sampling_options() const {
  return description_.sampling ? description_.sampling() : std::make_unique<SamplingOptions>();
}

void Model::describe_evaluation(OptionTable& table) {
  if (description_.evaluation) description_.evaluation(table);
}

std::vector<CurveLevel> Model::levels(const DataView& data) {
  if (!description_.levels) return {};
  const Shown shown(*this);
  std::vector<CurveLevel> found = seeing(data, description_.levels);
  for (CurveLevel& level : found)
    level.value = in_data_units(level.value, metrics_[level.metric.index()].dimension, units_);
  return found;
}

void Model::register_state(State& state) {
  for (Learner* learner : learners_) learner->add_to(state);
  add_to(state);
  add_units(state, units_);
}

Model::Weights Model::weights() {
  Weights out;
  for (Learner* learner : learners_) learner->add_weights_to(out.state);
  out.of_learners = out.state.entries().size();
  const State own = own_state();
  for (const State::Entry& entry : own.entries())
    if (!entry.by_rows) out.state.add(entry);
  add_units(out.state, units_);
  out.averages = averages();
  return out;
}

State Model::own_state() {
  State state;
  add_to(state);
  return state;
}

void Model::add_last_learner(Learner& learner) {
  add_learner(learner);
  last_learners_.push_back(&learner);
}

void Model::mark() {
  if (learners_.size() == 1) return;
  for (Learner* learner : learners_) {
    if (std::ranges::find(last_learners_, learner) == last_learners_.end()) learner->mark();
  }
}

void Model::take_back() {
  for (Learner* learner : learners_) learner->take_back();
}

int64_t Model::parameter_count() const {
  int64_t count = 0;
  for (Learner* learner : learners_) count += learner->parameters().count();
  return count;
}

Quantities Model::validate(const DataView& data) {
  const Shown shown(*this);
  return in_data_units(seeing(data, [&](const DataView& seen) { return do_validate(seen); }), units_);
}

Quantities Model::evaluate(const DataView& data) {
  Quantities all = evaluate_quickly(data);
  all.add(evaluate_at_length(data));
  return all;
}

Quantities Model::evaluate_quickly(const DataView& data) {
  const Shown shown(*this);
  return in_data_units(seeing(data, [&](const DataView& seen) { return do_evaluate(seen); }), units_);
}

Quantities Model::evaluate_at_length(const DataView& data, const ShareDone& done) {
  if (!description_.evaluate_at_length) return {};
  const Shown shown(*this);
  const ShareDone told = done ? done : [](double) {};
  const auto measured = [&](const DataView& seen) { return description_.evaluate_at_length(seen, told); };
  return in_data_units(seeing(data, measured), units_);
}

Tensor Model::sample(const SampleRequest& request) const {
  check_labels(request, labels());
  const std::unique_ptr<SamplingOptions> sampling = sampling_options();
  assign(*sampling, request.options);
  const Shown shown(*this);
  const Tensor asked = request.labels.defined() ? request.labels : any_labels(request.n, labels());
  SampleRequest own{request.n, request.rng, asked, {}, request.done, {}};
  if (request.seen) own.seen = [&](const Tensor& x) { request.seen(units_.to_data(x)); };
  return units_.to_data(do_sample(own, *sampling));
}

Abilities Model::abilities() {
  Abilities own = do_abilities();
  const Target& free = own.target;
  if (!labels().empty() && (free.log_prob || free.score) && !free.noisy_score) own.needs_label = true;
  Abilities all = in_data_units(with_consequences(std::move(own)), units_);
  const auto showing = [&](auto& function) {
    if (function)
      function = [this, f = std::move(function)](auto&&... args) {
        const Shown shown(*this);
        return f(std::forward<decltype(args)>(args)...);
      };
  };
  const auto holding = [&](auto& function) {
    if (function)
      function = [held = averages(), f = std::move(function)](auto&&... args) {
        return f(std::forward<decltype(args)>(args)...);
      };
  };
  // These names are all fields of Abilities: if a field is added, this does not compile until it is handled.
  auto& [samples, target, partition, inpaint, denoise, anomaly, log_prob, encode, decode, interpolate,
         needs_label] = all;
  showing(inpaint);
  showing(denoise);
  showing(anomaly);
  showing(encode);
  showing(decode);
  if (log_prob) showing(log_prob->of);
  if (interpolate && labels().empty())
    interpolate = [f = std::move(interpolate)](const InterpolateRequest& request) {
      return f({{request.ends.x, {}, {}}, request.rng});
    };
  showing(interpolate);
  holding(target.log_prob);
  holding(target.score);
  holding(target.initial);
  holding(target.noisy_score);
  holding(target.conditionals.hidden);
  holding(target.conditionals.visible);
  if (partition) holding(partition->begin);
  return all;
}

Picture Model::snapshot(const DataView& data, Rng& rng) {
  const Shown shown(*this);
  const auto drawn = [&](const DataView& seen) {
    return description_.snapshot ? description_.snapshot(seen, rng) : default_snapshot(seen, rng);
  };
  return in_data_units(seeing(data, drawn), units_);
}

std::vector<Picture> Model::pictures(const DataView& data) {
  const Shown shown(*this);
  std::vector<Picture> out = seeing(data, [&](const DataView& seen) { return pictures_of(seen); });
  for (Picture& picture : out) picture = in_data_units(std::move(picture), units_);
  return out;
}

std::string Model::interpretation(const DataView& data) {
  if (!description_.interpretation) return "";
  const Shown shown(*this);
  return seeing(data, description_.interpretation);
}

Picture Model::default_snapshot(const DataView& data, Rng& rng) const {
  if (const LabelNames& names = labels(); !names.empty()) {
    const ClassRows rows = class_rows(names);
    return class_rows_picture(rows, drawn(rows.labels.dim(0), rng, rows.labels));
  }
  return samples_picture(drawn(data.kind().shown, rng), data.toy);
}

namespace {

// Of a target with noise the density and the score are those of noisy data.
std::vector<Picture> line_pictures(const Abilities& able, const Toy& truth) {
  std::vector<Picture> out;
  const Target& target = able.target;
  if (target.log_prob) {
    out.push_back(line_density_picture(truth, target.log_prob));
  } else if (able.log_prob && able.log_prob->draws == 0) {
    Rng none(0);
    out.push_back(line_density_picture(truth, [&](const Tensor& x) { return able.log_prob->of(x, none); }));
  }
  if (target.log_prob || target.score)
    out.push_back(line_score_picture(truth, [&](const Tensor& x) { return score_of(target, x); }));
  return out;
}

}  // namespace

std::vector<Picture> Model::pictures_of(const DataView& data) {
  const Description& own = description_;
  const auto by = [&](const auto& pictures) { return pictures ? pictures(data) : std::vector<Picture>(); };
  if (data.kind().pixels) return by(own.image_pictures);
  if (own.point_pictures) return own.point_pictures(data);
  if (on_line(data.toy)) return line_pictures(with_consequences(do_abilities()), *data.toy);
  return in_plane(data.toy) ? by(own.plane_pictures) : std::vector<Picture>();
}

}  // namespace gradzoo
