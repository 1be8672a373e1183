#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gradzoo/models/dbn/dbn.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/models/rbm/rbm.h"
#include "gradzoo/models/vae/vae.h"
#include "models/model_tasks.h"
#include "models/score/score.h"
#include "support/approx.h"
#include "support/stir.h"

// What holds of the evaluation of every model of the list.
namespace gradzoo {
using namespace test;
namespace {

// More than the largest part that any model reads at once, and no multiple of any. Where a model has a limit:
// more than that.
int64_t examples_for(const std::string& model) {
  const std::map<std::string, int64_t> beyond = {{"gan", 5003}, {"ebm", 10'003}, {"score", 2003}};
  const auto found = beyond.find(model);
  return found == beyond.end() ? 1003 : found->second;
}

// The same examples, one of them replaced: by another label, and by pixels or numbers far from the others.
Examples replaced_at(const Examples& all, int64_t place, int64_t which) {
  Examples out = all;
  out.values = all.values.clone();
  visit_any(out.values.dtype(), [&]<class T>() {
    T* const values = out.values.mutable_data<T>() + place * out.size();
    const T one = static_cast<T>(out.values.dtype() == DType::u8 ? 255 : which + 1);
    for (int64_t i = 0; i < out.size(); ++i) values[i] = (i + which) % (which + 2) == 0 ? one : T{0};
  });
  if (out.labels.defined()) {
    out.labels = all.labels.clone();
    out.labels.mutable_data<uint8_t>()[place] = static_cast<uint8_t>(which);
  }
  return out;
}

// The last example is the first one once more.
Examples with_equal_ends(const Examples& all) {
  Examples out = all;
  out.values = all.values.clone();
  visit_any(out.values.dtype(), [&]<class T>() {
    T* const values = out.values.mutable_data<T>();
    std::copy_n(values, out.size(), values + (out.count() - 1) * out.size());
  });
  if (!out.labels.defined()) return out;
  out.labels = all.labels.clone();
  out.labels.mutable_data<uint8_t>()[out.count() - 1] = out.labels.data<uint8_t>()[0];
  return out;
}

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// A model's evaluation, and how it changes with the examples.
struct EvaluatedModel {
  EvaluatedModel(Model& its_model, const Examples& examples, const Toy* its_toy)
      : model(its_model), all(examples), toy(its_toy), found(model.evaluate({all, all, 1, toy})) {}

  /// Of each number: by how much it changes when the example at a place is replaced, by one and another.
  std::map<std::string, std::vector<double>> changes_by(int64_t place) const {
    std::map<std::string, std::vector<double>> changes;
    for (int64_t which = 0; which < 3; ++which) {
      const Examples some = replaced_at(all, place, which);
      const Quantities now = model.evaluate({some, all, 1, toy});
      for (const Quantity& before : found) {
        const double value = now[{before.name.c_str(), ""}].value;
        changes[before.name].push_back(same_number(value, before.value) ? 0 : value - before.value);
      }
    }
    return changes;
  }
  /// The numbers that nothing drawn is a part of.
  std::set<std::string> without_draws() const {
    const Quantities other = model.evaluate({all, all, 2, toy});
    std::set<std::string> names;
    for (const Quantity& quantity : found)
      if (other[{quantity.name.c_str(), ""}].value == quantity.value) names.insert(quantity.name);
    return names;
  }

  Model& model;
  Examples all;
  const Toy* toy;
  Quantities found;
};

bool has_moved(const std::vector<double>& changes) {
  return std::ranges::any_of(changes, [](double by) { return by != 0; });
}

TEST_CASE("an evaluation is of all examples, each as much, or says of how many it is") {
  size_t of_all = 0, of_some = 0, weighed = 0;
  for (ModelTask& task : every_task()) {
    CAPTURE(task.name());
    const auto model = task.make("0", "0", {{"bound_samples", "2"}});
    train(*model, task, 0, 2);
    OptionTable table;
    model->describe_evaluation(table);
    if (table.has("likelihood_images")) table.set("likelihood_images", "3");
    const int64_t n = examples_for(task.entry.name);
    const EvaluatedModel evaluated(*model, with_equal_ends(task.examples(1, n)), task.shape.toy.get());
    const auto by_first = evaluated.changes_by(0), by_last = evaluated.changes_by(n - 1);
    const std::set<std::string> without_draws = evaluated.without_draws();
    for (const Quantity& quantity : evaluated.found) {
      const std::string& name = quantity.name;
      CAPTURE(name);
      CAPTURE(quantity.meaning);
      const bool first_counts = has_moved(by_first.at(name)), last_counts = has_moved(by_last.at(name));
      const size_t said = quantity.meaning.rfind(", of the first ");
      if (said == std::string::npos) {
        CHECK(last_counts == first_counts);
        of_all += last_counts ? 1 : 0;
        // A mean of parts that are not equally large would weigh the last part more.
        if (!without_draws.contains(name)) continue;
        ++weighed;
        for (size_t which = 0; which < 3; ++which) {
          const double first = by_first.at(name)[which], last = by_last.at(name)[which];
          CHECK(std::abs(last - first) <= 0.02 * std::abs(first) + 2e-6 * std::abs(quantity.value));
        }
      } else {
        const int64_t count = std::stoll(quantity.meaning.substr(said + 15));
        CHECK(first_counts);
        CHECK_FALSE(last_counts);
        CHECK(has_moved(evaluated.changes_by(count - 1).at(name)));
        CHECK_FALSE(has_moved(evaluated.changes_by(count).at(name)));
        ++of_some;
      }
    }
  }
  CHECK(of_all > 30);
  CHECK(of_some > 8);
  CHECK(weighed > 15);
}

// Every state of some units, a row each: (2^n, n).
Tensor all_states(int64_t n) {
  Tensor states = zeros({int64_t{1} << n, n});
  for (int64_t row = 0; row < states.dim(0); ++row)
    for (int64_t i = 0; i < n; ++i)
      states.mutable_data<float>()[row * n + i] = static_cast<float>((row >> i) & 1);
  return states;
}

// P(state) of each row of p (B, n), for each of the states: (B, states).
Tensor probabilities_of_states(const Tensor& p, const Tensor& states) {
  return exp(matmul(log(p), states, false, true) + matmul(log(1.0 - p), 1.0 - states, false, true));
}

// The mean number of units of x that P(x | h) gets wrong, h one of the states: (B, states).
Tensor wrong_units(const Tensor& x, const Tensor& p) {
  Tensors columns;
  for (int64_t state = 0; state < p.dim(0); ++state)
    columns.push_back(sum(abs(x - p.rows(state, state + 1)), 1, true));
  return concat(columns, 1);
}

// By one draw for each of n examples: five standard errors, false alarm 6e-7.
void check_mean_of_draws(const Quantity& found, const Tensor& means, const Tensor& squares) {
  const auto n = static_cast<double>(means.size());
  const double spread = std::sqrt(sum(squares - square(means)).item()) / n;
  CHECK(spread > 0);
  CHECK(std::abs(found.value - mean(means).item()) < 5 * spread);
}

// Hidden units are as likely 0 as 1 where so many units are on, and visible units follow their number: a draw
// of the hidden units is then far from their probabilities.
void make_undecided(RbmLayer& layer, double on) {
  for (uint64_t seed = 0; seed < 5; ++seed) stir(layer, seed);
  Tensor weight = layer.weight().detach(), bias = layer.hidden_bias().detach();
  weight += 1.0;
  bias += -on;
}

constexpr int64_t kBits = 20'003;  // in several parts

Examples bits(int64_t n) {
  Rng rng(4, "evaluation_test");
  return {toy_shape("bars-and-stripes").toy->sample(n, rng), {}, arange(n, DType::i64)};
}

TEST_CASE("a machine's free energy and what it gets wrong are sums over all its hidden states") {
  const auto rbm = small_model<Rbm>("rbm", {"hidden=5"}, toy_shape("bars-and-stripes"));
  make_undecided(rbm->layer(), 4);
  const Examples some = bits(kBits);
  const Quantities found = rbm->evaluate({some, some, 1});
  const RbmLayer& layer = rbm->layer();
  const Tensor &x = some.values, states = all_states(5);
  const Tensor energy = matmul(matmul(x, layer.weight()) + layer.hidden_bias(), states, false, true) +
                        reshape(matmul(x, reshape(layer.visible_bias(), {16, 1})), {kBits, 1});
  CHECK(found[kRbmFreeEnergy].value == approx(-mean(logsumexp(energy, 1)).item()).epsilon(1e-5));
  const Tensor of_hidden =
                   probabilities_of_states(sigmoid(matmul(x, layer.weight()) + layer.hidden_bias()), states),
               wrong = wrong_units(x, layer.visible_probabilities(states));
  check_mean_of_draws(found[kRbmReconstruction], sum(of_hidden * wrong, 1),
                      sum(of_hidden * square(wrong), 1));
}

TEST_CASE("what a stack of machines gets wrong is a sum over the states of all its layers") {
  const auto dbn = small_model<Dbn>("dbn", {"hidden=4,3"}, toy_shape("bars-and-stripes"));
  make_undecided(*dbn->layers()[0], 4);
  make_undecided(*dbn->layers()[1], 2);
  const Examples some = bits(kBits);
  const RbmLayer &low = *dbn->layers()[0], &top = *dbn->layers()[1];
  const Tensor lower = all_states(4), upper = all_states(3);
  // Up to the top by draws, and down again.
  const Tensor up = matmul(probabilities_of_states(low.hidden_probabilities(some.values), lower),
                           probabilities_of_states(top.hidden_probabilities(lower), upper)),
               down = matmul(up, probabilities_of_states(top.visible_probabilities(upper), lower)),
               wrong = wrong_units(some.values, low.visible_probabilities(lower));
  const Quantities found = dbn->evaluate_quickly({some, some, 1});
  check_mean_of_draws(found[kDbnReconstruction], sum(down * wrong, 1), sum(down * square(wrong), 1));
}

TEST_CASE("implicit score matching's loss is half the score squared, plus its slope by differences") {
  const auto model = small_model<Score>("score", {"objective=ism", "hidden=8", "ema=0"}, toy_shape("gamma"));
  Rng rng(5, "evaluation_test");
  const Examples some{toy_shape("gamma").toy->sample(603, rng), {}, arange(603, DType::i64)};
  const auto score = [&](double moved) { return model->network().score(some.values + moved); };
  constexpr double kStep = 0.01;
  const Tensor expected = square(score(0)) * 0.5 + (score(kStep) - score(-kStep)) / (2 * kStep);
  const Quantity found = model->evaluate({some, some, 1, toy_shape("gamma").toy.get()})[kScoreObjective];
  CHECK(found.value == approx(mean(expected).item()).epsilon(0.01));
  CHECK(found.error == approx(std::sqrt(var(expected).item() / 603)).epsilon(0.01));
}

TEST_CASE("a VAE of grey pixels reports the cross-entropy and the pixels' own") {
  const auto model = small_model<Vae>("vae", {"hidden=8", "latent=2", "ema=0"}, {.example = {8, 8}});
  ModelTask task{find_model("vae"), {.example = {8, 8}, .classes = 3}};
  const Examples some = task.examples(3, 603), train = task.examples(4);
  const Quantities found = model->evaluate({some, train, 1});
  CHECK(found[kVaeBceKl].value ==
        approx(found[kVaeReconstruction].value + found[kVaeKl].value).epsilon(1e-5));
  double entropy = 0;
  for (const double byte : some.values.to_vector()) {
    const double p = byte / 255;
    if (p > 0 && p < 1) entropy -= p * std::log(p) + (1 - p) * std::log(1 - p);
  }
  CHECK(found[kVaeEntropyFloor].value == approx(entropy / 603).epsilon(1e-6));
  CHECK(found[kVaeBceKl].value > found[kVaeEntropyFloor].value);
}

}  // namespace
}  // namespace gradzoo
