#include "gradzoo/models/base/abilities.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/function_ref.h"
#include "samplers/denoised.h"
#include "samplers/filled.h"
#include "samplers/given.h"

namespace gradzoo {
namespace {

void check_examples(const Tensor& examples, const char* what) {
  if (examples.rank() != 2 || examples.dim(0) < 1)
    throw Error("{}: examples {}. Hint: give (n, elements), n at least 1", what, examples.shape().str());
}

// As many rows at once as the largest network has room for.
void for_each_part(const Tensor& rows, const ShareDone& done, FunctionRef<void(const Tensor&)> fn) {
  constexpr int64_t kAtOnce = 250;
  for (int64_t begin = 0; begin < rows.dim(0); begin += kAtOnce) {
    const int64_t end = std::min(begin + kAtOnce, rows.dim(0));
    fn(rows.rows(begin, end).clone());
    if (done) done(static_cast<double>(end) / static_cast<double>(rows.dim(0)));
  }
}

Tensor inpainted(const std::function<Tensor(const InpaintRequest&)>& inpaint, const InpaintRequest& request) {
  const Tensor &images = request.images, &known = request.known;
  if (images.rank() != 2 || known.shape() != Shape{images.dim(1)})
    throw Error("inpaint: images {} and known pixels {}. Hint: give (n, pixels) and (pixels)",
                images.shape().str(), known.shape().str());
  const ShareDone done = request.done ? request.done : [](double) {};
  return completed(clamp(inpaint({images, known, request.rng, done}), 0, 1), images, known);
}

Tensor denoised_in_parts(const std::function<Tensor(const DenoiseRequest&)>& denoise,
                         const DenoiseRequest& request) {
  check_examples(request.examples, "denoise");
  if (!(request.sigma > 0 && std::isfinite(request.sigma)))
    throw Error("denoise: sigma is {:g}. Hint: use a value above 0", request.sigma);
  Tensors guesses;
  int64_t guessed = 0;
  const auto all = static_cast<double>(request.examples.dim(0));
  for_each_part(request.examples, request.done, [&](const Tensor& part) {
    const auto done = [&](double share) {
      if (request.done)
        request.done((static_cast<double>(guessed) + share * static_cast<double>(part.dim(0))) / all);
    };
    guesses.push_back(denoise({part, request.sigma, request.rng, request.domain, done}));
    guessed += part.dim(0);
  });
  return clamp(concat(guesses, 0), request.domain.lower, request.domain.upper);
}

Tensor encoded_in_parts(const std::function<Tensor(const Tensor&)>& encode, const Tensor& examples) {
  check_examples(examples, "encode");
  Tensors codes;
  for_each_part(examples, {}, [&](const Tensor& part) { codes.push_back(encode(part)); });
  return concat(codes, 0);
}

AnomalyScores judged_in_parts(const std::function<AnomalyScores(const AnomalyRequest&)>& judge,
                              const AnomalyRequest& request) {
  check_examples(request.examples, "anomaly");
  AnomalyScores all;
  Tensors scores;
  for_each_part(request.examples, request.done, [&](const Tensor& part) {
    AnomalyScores found = judge({part, request.rng});
    scores.push_back(found.scores);
    all.statistic = std::move(found.statistic);
  });
  all.scores = concat(scores, 0);
  return all;
}

std::function<Tensor(const Tensor&, Rng&)> likelihood_in_parts(
    std::function<Tensor(const Tensor&, Rng&)> of) {
  return [of = std::move(of)](const Tensor& examples, Rng& rng) {
    check_examples(examples, "log-prob");
    Tensors all;
    for_each_part(examples, {}, [&](const Tensor& part) { all.push_back(cast(of(part, rng), DType::f64)); });
    return concat(all, 0);
  };
}

Tensor interpolated(const std::function<Tensor(const InterpolateRequest&)>& interpolate,
                    const InterpolateRequest& request) {
  const Tensor &x = request.ends.x, &labels = request.ends.labels;
  if (x.rank() != 2 || x.dim(0) < 2 || x.dim(0) % 2 != 0)
    throw Error("interpolate: ends {}. Hint: give (2 pairs, pixels)", x.shape().str());
  for (int64_t i = 0; labels.defined() && i < x.dim(0); i += 2) {
    if (labels.data<int64_t>()[i] != labels.data<int64_t>()[i + 1])
      throw Error(
          "interpolate: pair {} has two different labels, and this model is conditional on one. Hint: give "
          "two examples with the same label",
          i / 2);
  }
  return clamp(interpolate(request), 0, 1);
}

void add_consequences(Abilities& all) {
  const Target& target = all.target;
  if (all.needs_label) return;
  if (!all.inpaint && can_fill(target))
    all.inpaint = [target](const InpaintRequest& request) {
      return filled(target, request.images, request.known, request.rng, request.done);
    };
  if (!all.denoise && can_denoise(target))
    all.denoise = [target](const DenoiseRequest& request) {
      return denoised(target, request.examples, request.sigma, request.rng, request.done);
    };
  if (!all.anomaly && (can_denoise(target) || target.log_prob))
    all.anomaly = [target](const AnomalyRequest& request) {
      return anomaly_by(target, request.examples, request.rng);
    };
  if (!all.log_prob && target.log_prob) all.log_prob = log_prob_by(target);
}

// `function` reached through `around`, which checks what is asked and what is given.
template <class Function, class Around>
void wrap(Function& function, Around around) {
  if (function)
    function = [inner = std::move(function), around](const auto& request) { return around(inner, request); };
}

}  // namespace

Abilities with_consequences(Abilities own) {
  add_consequences(own);
  wrap(own.inpaint, inpainted);
  wrap(own.denoise, denoised_in_parts);
  wrap(own.anomaly, judged_in_parts);
  wrap(own.encode, encoded_in_parts);
  if (own.log_prob) own.log_prob->of = likelihood_in_parts(std::move(own.log_prob->of));
  wrap(own.interpolate, interpolated);
  return own;
}

std::string lacks_target(const Abilities& abilities, const std::string& verb) {
  if (abilities.needs_label)
    return fmt::format("is conditional on a label, and the examples to {} have none", verb);
  const Target& target = abilities.target;
  if (target.log_prob && target.binary)
    return fmt::format("has probabilities of 0 and 1, and not a score of real numbers to {} by", verb);
  return fmt::format("has neither a score nor an energy to {} by", verb);
}

}  // namespace gradzoo
