#include "tools/run/sample_watch.h"

#include <algorithm>

namespace gradzoo {
namespace {

constexpr int64_t kSamples = 200, kTimes = 10;

}  // namespace

SampleWatch::SampleWatch(const RunOptions& options, Session& session) : session_(session) {
  if (!has_own_classifier(options.data) || !session.model->abilities().samples) return;
  auto classifier = own_classifier(options.data, false, nullptr);
  const DataView view = session.data.view();
  if (classifier) ruler_.emplace(std::move(*classifier), view.examples, view.train, options.model->pixels());
}

Quantities SampleWatch::at(int64_t step) {
  const int64_t per_epoch = session_.batches->steps_per_epoch();
  const int64_t epochs = std::max<int64_t>(1, session_.steps / per_epoch / kTimes);
  const bool due = step == session_.steps || step / per_epoch % epochs == 0;
  if (!ruler_ || !due) return {};
  Rng rng(session_.data.seed(), "watch");
  Model& model = *session_.model;
  return ruler_->watch(
      ruler_->samples_of(model, kSamples, session_.data.shape(), rng, {}, model.quick_sampling()));
}

}  // namespace gradzoo
