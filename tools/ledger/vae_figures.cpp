#include "tools/ledger/vae_figures.h"

#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/train.h"
#include "models/vae.h"
#include "nn/checkpoint.h"

namespace gradzoo {
namespace {

/// Reports each epoch, and now and then saves the State where the row may go on from.
class FigureObserver : public TrainObserver {
 public:
  FigureObserver(const RowContext& context, const State& state, std::string what, std::string checkpoint,
                 int64_t steps_per_epoch)
      : context_(context),
        state_(state),
        what_(std::move(what)),
        checkpoint_(std::move(checkpoint)),
        steps_per_epoch_(steps_per_epoch) {}
  void on_log(const LogRow& row) override {
    context_.progress(
        fmt::format("{}: epoch {}, {:.2f} nats/image", what_, row.step / steps_per_epoch_, row.metrics[0]));
  }
  void on_epoch(int64_t step) override {
    if (!checkpoint_.empty() && step / steps_per_epoch_ % 5 == 0)
      save_checkpoint(checkpoint_, state_, {{"model", what_}});
  }
  bool should_stop(int64_t) override { return false; }

 private:
  const RowContext& context_;
  const State& state_;
  std::string what_, checkpoint_;
  int64_t steps_per_epoch_;
};

/// Trains on all 60,000 images with frozen choices and evaluates on the test set; goes on from a checkpoint
/// of the same settings.
std::vector<Quantity> train_and_evaluate(const std::string& row, const std::vector<std::string>& assignments,
                                         const RowContext& context) {
  const ModelEntry entry = vae_entry();
  Settings settings = default_settings(entry);
  for (const std::string& assignment : assignments) settings.assign(assignment);
  entry.resolve(settings);
  const ImageDataset data = load_images("mnist");
  const Examples train = data.split(Split::train), test = data.split(Split::test);
  Vae vae(settings, {.example = {data.height(), data.width()}});
  const auto seed = static_cast<uint64_t>(settings.integer("seed"));
  Batches batches(
      train,
      {.batch = settings.integer("batch"), .seed = seed, .pixels = parse_pixels(settings.text("pixels"))});
  const int64_t per_epoch = batches.steps_per_epoch(), steps = settings.integer("epochs") * per_epoch;
  Trainer trainer(vae, batches,
                  {steps, per_epoch, per_epoch, settings.real("lr"), settings.text("schedule")});
  State state;
  vae.register_state(state);
  trainer.register_state(state);

  const std::string what = fmt::format("{} {}", row, fmt::join(assignments, " "));
  std::string checkpoint;
  if (!context.folder.empty()) {
    std::filesystem::create_directories(context.folder);
    checkpoint = fmt::format("{}/{}-seed{}.safetensors", context.folder, row, seed);
    if (std::filesystem::exists(checkpoint)) load_checkpoint(checkpoint, state, {.model = what});
  }
  FigureObserver observer(context, state, what, checkpoint, per_epoch);
  trainer.run(state, observer);
  return vae.evaluate({test, train, seed});
}

// A row that has its result starts anew the next time.
void forget_checkpoints(const std::string& row, const RowContext& context) {
  if (context.folder.empty()) return;
  for (const auto& file : std::filesystem::directory_iterator(context.folder)) {
    if (file.path().filename().string().starts_with(row + "-seed")) std::filesystem::remove(file.path());
  }
}

double value_of(const std::vector<Quantity>& quantities, std::string_view name) {
  for (const Quantity& quantity : quantities) {
    if (quantity.name == name) return quantity.value;
  }
  return NAN;
}

RowResult pytorch_examples(const RowContext& context) {
  constexpr int kSeeds = 3;
  std::vector<double> losses;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const std::vector<std::string> settings = {"architecture=pytorch-examples", "epochs=10",
                                               fmt::format("seed={}", seed)};
    losses.push_back(value_of(train_and_evaluate("vae.pytorch_examples", settings, context), "bce_kl"));
  }
  forget_checkpoints("vae.pytorch_examples", context);
  return {(losses[0] + losses[1] + losses[2]) / 3, 105.6, 0.4,
          fmt::format("784-400-20 ReLU, Adam 1e-3, batch 128, 10 epochs of all 60k grey, z drawn at "
                      "evaluation, test bce_kl in nats/image: seeds {:.2f}, {:.2f}, {:.2f}",
                      losses[0], losses[1], losses[2])};
}

RowResult is_nll(const RowContext& context) {
  const std::vector<Quantity> found = train_and_evaluate(
      "vae.is_nll",
      {"pixels=dynamic-binary", "latent=50", "encoder_activation=softplus", "decoder_activation=softplus",
       "epochs=150", "lr=0.002", "schedule=linear", "importance_samples=1000", "seed=1"},
      context);
  forget_checkpoints("vae.is_nll", context);
  return {-value_of(found, "log_px"), 88.5, 1.0,
          fmt::format("784-500-50 softplus, dynamic-binary, 150 epochs of all 60k, Adam 2e-3 (chosen on the "
                      "validation images among 1e-3, 2e-3, 4e-3) falling "
                      "linearly to 0, test: -log p(x) with 1000 importance "
                      "samples, nats/image; ELBO {:.2f}; between 87.5 and 89.5",
                      value_of(found, "elbo"))};
}

}  // namespace

std::vector<Row> vae_figure_rows() {
  return {
      {"vae.pytorch_examples", RowKind::figure,
       "the loss of PyTorch's VAE example on the test set after 10 epochs",
       "pytorch/examples, measured: 105.65, 105.59, 105.60", false, 70, pytorch_examples},
      {"vae.is_nll", RowKind::figure, "-log p(x) of a one-layer VAE with 50 codes",
       "PyTorch, measured: 89.0, ELBO 94.5 (Burda et al. 2016, table 1: 86.76 with two hidden layers of 200)",
       false, 450, is_nll},
  };
}

}  // namespace gradzoo
