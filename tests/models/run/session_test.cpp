#include "gradzoo/models/run/session.h"

#include <algorithm>
#include <iterator>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/registry.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"

namespace gradzoo {
using namespace test;
namespace {

struct Logged : Unwatched {
  std::vector<int64_t> logged;
  void on_log(const LogRow& row) override { logged.push_back(row.step); }
};

TEST_CASE("every model of the list has options that complete and a model that trains on data of its kind") {
  for (const ModelEntry& entry : model_registry()) {
    CAPTURE(entry.name);
    const DataShape shape =
        entry.data(find_kind("points")) ? toy_shape("ring8") : DataShape{.example = {4, 4}, .classes = 3};
    RunOptions options(entry);
    options.table().set("seed", "3");
    options.complete(shape);
    CHECK(options.table().find("seed").source == "set");
    CHECK(options.shared() < options.table().all().size());
    const std::unique_ptr<Model> model = options.make_model(shape);
    CHECK_FALSE(model->metrics().empty());
    State state;
    model->register_state(state);
    CHECK(state.entries().size() > 2);
  }
}

TEST_CASE("few images are passed over more often, at most twenty times, unless it is chosen") {
  const auto epochs_of = [](int64_t images, const Strings& assignments) {
    RunOptions options(find_model("vae"));
    options.assign(assignments);
    options.complete({.example = {4, 4}});
    options.prefer_passes_over(images);
    return options.training.epochs;
  };
  const int64_t usual = epochs_of(55'000, {});
  CHECK(epochs_of(60'000, {}) == usual);
  CHECK(epochs_of(5'500, {}) == 10 * usual);
  CHECK(epochs_of(100, {}) == 20 * usual);
  CHECK(epochs_of(100, {"epochs=3"}) == 3);
  CHECK(epochs_of(100, {"steps=7"}) == usual);
}

TEST_CASE("data of the wrong kind are refused with the reason") {
  const std::string points = error_message([] { run_options("classifier", Strings{"data=ring8"}); });
  check_says(points, "classifier learns images, and ring8 has points of 2 numbers");
  check_says(error_message([] { run_options("cnce", Strings{"data=mnist"}); }),
             "cnce learns points, and mnist has images of 28x28: score and dae learn images");
}

TEST_CASE("shards that do not divide the batch, or cut a pack, are refused with a batch that goes") {
  const auto refusal = [](const std::string& model, Strings more) {
    more.insert(more.begin(), "data=ring8");
    return error_message([&] { run_options(model, more); });
  };
  CHECK(contains(refusal("score", {"batch=100", "shards=8"}), "Hint: set batch=96"));
  CHECK(refusal("score", {"batch=96", "shards=8"}).empty());
  CHECK(contains(refusal("gan", {"batch=12", "shards=3", "pac=8"}), "Hint: set batch=24"));
  CHECK(refusal("gan", {"batch=24", "shards=3", "pac=8"}).empty());
}

TEST_CASE("the options of a run are those of its data, of training and of its model, in that order") {
  const auto options = run_options("vae", Strings{"latent=3", "lr=0.5"});
  CHECK(options->table().all().front().key == "data");
  CHECK(options->table().all()[options->shared()].key == "architecture");
  CHECK(options->training.lr == 0.5);
  CHECK(options->entry().name == "vae");
  check_refused("did you mean 'vae'", [] { run_options("vea", {}); });
  check_refused("'latent'", [] { run_options("vae", Strings{"latnet=3"}); });
}

TEST_CASE("a model's own data and their narrow modes are taken unless others are chosen") {
  CHECK(run_options("nce", {})->data.data == "ring8");
  CHECK(run_options("gan", Strings{"data=ring8"})->data.toy_noise == 0.01);
  CHECK(run_options("gan", Strings{"data=ring8", "toy_noise=0.2"})->data.toy_noise == 0.2);
  CHECK(run_options("ebm", Strings{"data=ring8"})->data.toy_noise == 0);
}

TEST_CASE("a session trains as many steps as its options say, and the seed decides all of it") {
  const auto bytes_of = [](const char* seed) {
    const auto options =
        run_options("nce", Strings{"hidden=8", "steps=7", "batch=32", std::string("seed=") + seed});
    Session session(*options, {.log_every = 3});
    CHECK(session.steps == 7);
    Logged observer;
    CHECK(session.train(observer));
    CHECK(session.trainer.step() == 7);
    CHECK(observer.logged == std::vector<int64_t>{3, 6, 7});
    return session.state.bytes();
  };
  CHECK(bytes_of("1") == bytes_of("1"));
  CHECK(bytes_of("1") != bytes_of("2"));
}

// Clusters of all of MNIST, fitted before a checkpoint was read over them, took more memory than a checkpoint
// vouches for.
TEST_CASE("what a model makes ready from the examples it makes for a new run alone") {
  const std::unique_ptr<RunOptions> options = run_options("rbm data=bars-and-stripes steps=2");
  const auto visible_bias = [&](bool resumed) {
    const Session session(*options, {.resumed = resumed});
    for (const State::Entry& entry : session.state.entries())
      if (entry.name == "visible_bias") return max(abs(std::get<Tensor>(entry.target))).item();
    return -1.0;
  };
  CHECK(visible_bias(false) > 0);
  CHECK(visible_bias(true) == 0);
}

TEST_CASE("steps follow from epochs, from steps that are chosen, and from a session's own before both") {
  const auto options = run_options("nce", Strings{"hidden=8", "epochs=2", "batch=1000"});
  CHECK(Session(*options).steps == 100);
  CHECK(Session(*options, {.steps = 3}).steps == 3);
  const auto of_gan = run_options("gan", Strings{"data=ring8", "epochs=2", "batch=1000"});
  CHECK(Session(*of_gan).steps == 100);  // against the 12,000 steps of its own
  CHECK(Session(*run_options("gan", Strings{"data=ring8"})).steps == 12000);
}

TEST_CASE("epochs that are asked for without steps go before steps from elsewhere") {
  RunOptions options(find_model("nce"));
  options.assign(Strings{"steps=50"});
  options.assign(Strings{"lr=0.1"});
  CHECK(options.training.steps == 50);
  options.assign(Strings{"epochs=2"});
  CHECK(options.training.steps == 0);
  options.assign(Strings{"steps=7", "epochs=3"});
  CHECK(options.training.steps == 7);
}

TEST_CASE("what a run watches itself on is held out from what it trains on") {
  const auto options = run_options("vae", {});
  const RunData data(options->data, options->training);
  CHECK(data.train().count() == 55000);
  CHECK(data.view().examples.count() == 5000);
  const auto rows_of = [](const Examples& e) {
    const int64_t* rows = e.rows.data<int64_t>();
    return std::vector<int64_t>(rows, rows + e.count());  // ascending
  };
  std::vector<int64_t> both;
  std::ranges::set_intersection(rows_of(data.train()), rows_of(data.view().examples),
                                std::back_inserter(both));
  CHECK(both.empty());
}

TEST_CASE("a session may train on examples that are made from the dataset's") {
  const auto options = run_options("vae", Strings{"hidden=8", "steps=2", "batch=10"});
  RunData data(options->data, options->training);
  const Examples& whole = data.train();
  Examples small{zeros({25, 3, 2}, DType::u8), {}, arange(25, DType::i64)};
  CHECK(whole.example() == Shape{28, 28});
  data.replace_training(small);
  CHECK(data.shape().example == Shape{3, 2});
  Session session(*options, std::move(data), {.drop_last = true});
  CHECK(session.batches->steps_per_epoch() == 2);
  Logged observer;
  CHECK(session.train(observer));
}

TEST_CASE("a session's batches and learning rates are those that the options ask for") {
  const Strings small = {"hidden=8", "latent=2", "steps=4", "batch=6"};
  const auto with = [&](Strings more) {
    more.insert(more.end(), small.begin(), small.end());
    return run_options("vae", more);
  };
  const auto first = [](const RunOptions& options) { return Session(options).batches->at(0); };
  const Batch grey = first(*with({"seed=1"}));
  CHECK(grey.x.dim(0) == 6);
  CHECK(grey.rows.to_vector() != first(*with({"seed=2"})).rows.to_vector());
  const Batch binary = first(*with({"seed=1", "pixels=dynamic-binary"}));
  CHECK(binary.rows.to_vector() == grey.rows.to_vector());
  const auto is_binary = [](double v) { return v == 0 || v == 1; };
  CHECK(std::ranges::all_of(binary.x.to_vector(), is_binary));
  CHECK(!std::ranges::all_of(grey.x.to_vector(), is_binary));

  struct Rates : Unwatched {
    Doubles rates;
    void on_log(const LogRow& row) override { rates.push_back(row.learning_rate); }
  } rates;
  Session session(*with({"lr=0.5", "schedule=linear"}), {.log_every = 1});
  session.train(rates);
  CHECK(rates.rates == Doubles{0.5, 0.375, 0.25, 0.125});
  // Ten rows an epoch, but no fewer than one every 50 steps.
  Logged rows;
  const auto options = run_options("nce", Strings{"hidden=4", "batch=5000", "epochs=1"});
  Session(*options).train(rows);
  CHECK(rows.logged.size() == 10);
}

}  // namespace
}  // namespace gradzoo
