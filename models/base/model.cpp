#include "models/base/model.h"

#include <functional>
#include <utility>

#include "autograd/base/error.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/pictures/class_rows.h"
#include "models/pictures/samples_picture.h"

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
  const Shown shown(*this);
  return do_evaluate(data);
}

Tensor Model::sample(const SampleRequest& request) {
  check_labels(request, label_count());
  const RequestedOptions options(*this, request.options);
  const Shown shown(*this);
  return do_sample({request.n, request.rng, wanted_labels(request)});
}

Tensor Model::inpaint(const InpaintRequest& request) {
  const Tensor &images = request.images, &known = request.known;
  if (images.rank() != 2 || known.shape() != Shape{images.dim(1)})
    throw Error("inpaint: images {} and known pixels {}. Hint: (n, pixels) and (pixels)",
                images.shape().str(), known.shape().str());
  const Shown shown(*this);
  return images * known + clamp(do_inpaint(request), 0, 1) * (1.0 - known);
}

Tensor Model::do_inpaint(const InpaintRequest&) {
  throw Error(
      "this model has neither a score nor an energy to fill in by. Hint: a run of score, dae, ebm or "
      "flow-matching");
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
  return target;
}

Tensor Model::wanted_labels(const SampleRequest& request) const {
  const bool free = !request.labels.defined() && label_count() > 0;
  return free ? any_labels(request.n, label_count()) : request.labels;
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
