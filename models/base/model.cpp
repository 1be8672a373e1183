#include "models/base/model.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "base/error.h"
#include "base/function_ref.h"
#include "models/pictures/class_rows.h"
#include "models/pictures/samples_picture.h"
#include "samplers/denoised.h"
#include "samplers/given.h"

namespace gradzoo {
namespace {

constexpr int64_t kSnapshotImages = 100, kSnapshotPoints = 1000;

/// Options as a request wants them, and as they were when it is done.
class RequestedOptions {
 public:
  RequestedOptions(Model& model, const std::vector<std::string>& assignments) {
    model.describe_sampling(table_);
    if (!assignments.empty() && table_.all().empty())
      throw Error("samples of this model have no options. Hint: leave --set away");
    for (const Option& option : table_.all()) before_.push_back(option.keep());
    try {
      for (const std::string& assignment : assignments) table_.assign(assignment);
    } catch (const Error&) {
      restore();
      throw;
    }
  }
  ~RequestedOptions() { restore(); }
  RequestedOptions(const RequestedOptions&) = delete;
  RequestedOptions& operator=(const RequestedOptions&) = delete;

 private:
  void restore() {
    for (const auto& put_back : before_) put_back();
  }

  OptionTable table_;
  std::vector<std::function<void()>> before_;
};

void check_labels(const SampleRequest& request, int64_t count) {
  const Tensor& labels = request.labels;
  if (!labels.defined()) return;
  if (count == 0)
    throw Error(
        "this model was not trained on labels, so none can be asked for. Hint: leave them away, or train it "
        "with conditional=true");
  if (labels.shape() != Shape{request.n} || labels.dtype() != DType::i64)
    throw Error("labels are {} {}, and {} samples are asked for. Hint: (n) of i64",
                dtype_name(labels.dtype()), labels.shape().str(), request.n);
  for (int64_t i = 0; i < request.n; ++i) {
    const int64_t label = labels.data<int64_t>()[i];
    if (label < 0 || label >= count) throw Error("label {} is no class. Hint: 0 to {}", label, count - 1);
  }
}

void check_examples(const Tensor& examples, const char* what) {
  if (examples.rank() != 2 || examples.dim(0) < 1)
    throw Error("{}: examples {}. Hint: (n, numbers) of one or more", what, examples.shape().str());
}

// As many rows at once as the largest network has room for.
void for_each_part(const Tensor& rows, FunctionRef<void(const Tensor&)> fn) {
  constexpr int64_t kAtOnce = 250;
  for (int64_t begin = 0; begin < rows.dim(0); begin += kAtOnce)
    fn(rows.rows(begin, std::min(begin + kAtOnce, rows.dim(0))).clone());
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
  metrics_.push_back(std::move(info));
  return Metric(metrics_.size() - 1);
}

void Model::register_state(State& state) {
  for (Learner* learner : learners_) learner->add_to(state);
  add_to(state);
}

int64_t Model::parameter_count() const {
  int64_t count = 0;
  for (Learner* learner : learners_) count += learner->parameters().count();
  return count;
}

Quantities Model::validate(const DataView& data) {
  const Shown shown(*this);
  return do_validate(data);
}

Quantities Model::evaluate(const DataView& data) {
  Quantities all = evaluate_quickly(data);
  all.add(evaluate_at_length(data));
  return all;
}

Quantities Model::evaluate_quickly(const DataView& data) {
  const Shown shown(*this);
  return do_evaluate(data);
}

Quantities Model::evaluate_at_length(const DataView& data, const ShareDone& done) {
  const Shown shown(*this);
  return do_evaluate_at_length(
      data, done ? done : [](double) {});
}

Tensor Model::sample(const SampleRequest& request) {
  check_labels(request, label_count());
  const RequestedOptions options(*this, request.options);
  const Shown shown(*this);
  const Tensor labels = request.labels.defined() ? request.labels : any_labels(request.n, label_count());
  return do_sample({request.n, request.rng, labels});
}

Tensor Model::inpaint(const InpaintRequest& request) {
  const Tensor &images = request.images, &known = request.known;
  if (images.rank() != 2 || known.shape() != Shape{images.dim(1)})
    throw Error("inpaint: images {} and known pixels {}. Hint: (n, pixels) and (pixels)",
                images.shape().str(), known.shape().str());
  const Shown shown(*this);
  return completed(clamp(do_inpaint(request), 0, 1), images, known);
}

Tensor Model::do_inpaint(const InpaintRequest&) {
  throw Error(
      "this model has neither a score nor an energy to fill in by. Hint: a run of score, dae, ebm or "
      "flow-matching");
}

Tensor Model::interpolate(const InterpolateRequest& request) {
  const Tensor& x = request.ends.x;
  if (x.rank() != 2 || x.dim(0) < 2 || x.dim(0) % 2 != 0)
    throw Error("interpolate: ends {}. Hint: (2 pairs, pixels)", x.shape().str());
  const Tensor labels = label_count() > 0 ? request.ends.labels : Tensor();
  for (int64_t i = 0; labels.defined() && i < x.dim(0); i += 2) {
    if (labels.data<int64_t>()[i] != labels.data<int64_t>()[i + 1])
      throw Error("interpolate: pair {} has two labels, and this model is told one. Hint: ends of one label",
                  i / 2);
  }
  const Shown shown(*this);
  return clamp(do_interpolate({{x, labels, {}}, request.rng}), 0, 1);
}

Tensor Model::do_interpolate(const InterpolateRequest&) {
  throw Error(
      "this model has no codes to walk between. Hint: a run of vae, gan, realnvp, ddpm, ncsn or "
      "flow-matching");
}

Tensor Model::denoise(const DenoiseRequest& request) {
  check_examples(request.examples, "denoise");
  if (!(request.sigma > 0 && std::isfinite(request.sigma)))
    throw Error("denoise: sigma is {:g}. Hint: above 0", request.sigma);
  const Shown shown(*this);
  Tensors guesses;
  for_each_part(request.examples, [&](const Tensor& part) {
    guesses.push_back(do_denoise({part, request.sigma, request.rng, request.domain}));
  });
  return clamp(concat(guesses, 0), request.domain.lower, request.domain.upper);
}

Tensor Model::do_denoise(const DenoiseRequest& request) {
  return denoised(unlabelled_target("denoise"), request.examples, request.sigma, request.rng);
}

AnomalyScores Model::anomaly_scores(const AnomalyRequest& request) {
  check_examples(request.examples, "anomaly");
  const Shown shown(*this);
  AnomalyScores all;
  Tensors scores;
  for_each_part(request.examples, [&](const Tensor& part) {
    AnomalyScores found = do_anomaly_scores({part, request.rng});
    scores.push_back(found.scores);
    all.statistic = std::move(found.statistic);
  });
  all.scores = concat(scores, 0);
  return all;
}

AnomalyScores Model::do_anomaly_scores(const AnomalyRequest& request) {
  return anomaly_by(unlabelled_target("judge"), request.examples, request.rng);
}

Target Model::unlabelled_target(const char* what) {
  Target target = do_target();
  if (!can_denoise(target) && !target.log_prob)
    throw Error(
        "this model has neither a score nor an energy to {} by. Hint: a run of score, dae, ebm or "
        "flow-matching",
        what);
  if (label_count() > 0 && !target.noisy_score)
    throw Error(
        "this model knows examples of a label alone, and what it is asked to {} has none. Hint: a run "
        "without "
        "conditional=true",
        what);
  return target;
}

Picture Model::snapshot(const DataView& data, Rng& rng) {
  const Shown shown(*this);
  return do_snapshot(data, rng);
}

std::vector<Picture> Model::pictures(const DataView& data) {
  const Shown shown(*this);
  return do_pictures(data);
}

std::string Model::reading(const DataView& data) {
  const Shown shown(*this);
  return do_reading(data);
}

Target Model::target() {
  Target target = do_target();
  const auto holding = [&](auto& function) {
    if (function)
      function = [held = averages(), f = std::move(function)](auto&&... args) { return f(args...); };
  };
  holding(target.log_prob);
  holding(target.score);
  holding(target.initial);
  holding(target.noisy_score);
  holding(target.conditionals.hidden);
  holding(target.conditionals.visible);
  return target;
}

std::optional<Partition> Model::partition() {
  const std::vector<std::shared_ptr<const void>> held = averages();
  std::optional<Partition> partition = do_partition();
  if (partition) {
    partition->begin = [held, f = std::move(partition->begin)](int64_t n, Rng& rng) { return f(n, rng); };
  }
  return partition;
}

Picture Model::do_snapshot(const DataView& data, Rng& rng) {
  if (label_count() > 0) {
    const ClassRows rows = class_rows(label_count());
    return class_rows_picture(rows, do_sample({rows.labels.dim(0), rng, rows.labels}));
  }
  const bool images = data.examples.example().rank() >= 2;
  return samples_picture(do_sample({images ? kSnapshotImages : kSnapshotPoints, rng}), data.toy);
}

}  // namespace gradzoo
