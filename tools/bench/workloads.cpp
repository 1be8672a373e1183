#include "tools/bench/workloads.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <sstream>

#include <fmt/format.h>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/models/run/session.h"
#include "tools/bench/meters.h"
#include "tools/bench/sampling.h"

namespace gradzoo {
namespace {

// An energy of two hidden layers, as the score objectives train it; and a restricted Boltzmann machine of
// 784-500 by contrastive divergence.
constexpr const char *kEnergy = "score net=energy ema=0 schedule=constant confinement=0 ",
                     *kMachine =
                         "rbm chains=data hidden=500 centred=false momentum=0.5 batch=100 lr=0.05 "
                         "schedule=constant split=train chain_steps=";

// The images as means of 4 x 4 pixels, after a border of 2 that makes them 32 x 32.
Examples pooled_to_8x8(const Examples& images) {
  constexpr int64_t kSide = 8, kCell = 4, kBorder = 2;
  const int64_t n = images.values.dim(0), height = images.values.dim(1), width = images.values.dim(2);
  Examples out = images;
  out.values = zeros({n, kSide, kSide}, DType::u8);
  const uint8_t* from = images.values.data<uint8_t>();
  auto* to = out.values.mutable_data<uint8_t>();
  std::vector<int> sums(static_cast<size_t>(kSide * kSide));
  for (int64_t image = 0; image < n; ++image, from += height * width, to += kSide * kSide) {
    std::ranges::fill(sums, 0);
    for (int64_t row = 0; row < height; ++row) {
      for (int64_t column = 0; column < width; ++column) {
        const int64_t cell = (row + kBorder) / kCell * kSide + (column + kBorder) / kCell;
        sums[static_cast<size_t>(cell)] += from[row * width + column];
      }
    }
    std::ranges::transform(sums, to, [](int sum) { return static_cast<uint8_t>(sum / (kCell * kCell)); });
  }
  return out;
}

/// Notes when each step after the first `warm` ones ends.
class StepClock : public TrainObserver {
 public:
  StepClock(int64_t warm, int64_t steps) : warm_(warm) { ends_.reserve(static_cast<size_t>(steps + 1)); }
  void on_log(const LogRow& row) override {
    loss_ = row.metrics[0];
    if (row.step < warm_) return;
    if (row.step == warm_) begin();
    ends_.push_back(steady_seconds());
    flops_ = counted_flops();  // here, since a model may fit more after its last step
    allocations_ = allocations_so_far();
  }
  void on_epoch(int64_t) override {}
  bool should_stop(int64_t) override { return false; }

  WorkloadResult result() const {
    const auto steps = static_cast<double>(ends_.size() - 1);
    WorkloadResult out;
    out.gemm_gflop = (flops_ - flops_before_) * 1e-9 / steps;
    out.allocations_per_step = (allocations_ - allocations_before_) / steps;
    out.peak_rss_mb = peak_memory_mb();
    out.pool_peak_mb = static_cast<double>(pool_stats().peak_bytes) * 1e-6;
    out.final_loss = loss_;
    out.step_ms.reserve(ends_.size());
    for (size_t i = 1; i < ends_.size(); ++i) out.step_ms.push_back((ends_[i] - ends_[i - 1]) * 1e3);
    return out;
  }

 private:
  void begin() {
    reset_pool_peak();
    flops_before_ = counted_flops();
    allocations_before_ = allocations_so_far();
  }

  int64_t warm_;
  std::vector<double> ends_;  // of the last warm-up step, then of each timed one
  double flops_before_ = 0, flops_ = 0, allocations_before_ = 0, allocations_ = 0, loss_ = NAN;
};

}  // namespace

std::span<const Workload> workloads() {
  static const std::vector<Workload> kWorkloads = {
      {"vae_b100", "VAE 784-500-20, grey MNIST, Adam; batch 100", "vae batch=100 split=train prior=normal"},
      {"vae_b512", "the same; batch 512", "vae batch=512 split=train prior=normal"},
      {"gan_b128", "MLP GAN 64-256-256-784: a step of D, then one of G through the same fakes",
       "gan net=mlp clusters=0 batch=128 lr=2e-4 init=torch instance_noise=0 ema=0 schedule=constant"},
      {"wgan_gp_b128",
       "WGAN-GP 64-256-256-784, a SiLU critic: a step of D with its gradient penalty, then one of G",
       "gan net=mlp clusters=0 loss=wgan-gp critic_steps=1 batch=128 lr=1e-4 init=torch ema=0 "
       "schedule=constant"},
      {"dsm_energy_b128", "energy 784-512-512-1 SiLU, denoising score matching, sigma 0.3: double-backward",
       std::string(kEnergy) + "objective=dsm sigma=0.3 antithetic=false hidden=512,512 batch=128"},
      {"ssm_b128", "the same energy, sliced score matching with one Gaussian probe",
       std::string(kEnergy) +
           "objective=ssm-vr probes=gaussian data_noise=0.3 hidden=512,512 batch=128 lr=1e-4"},
      {"ism_exact_d2_b256", "energy 2-128-128-1 softplus on ring8, exact Hessian trace of every sample",
       std::string(kEnergy) +
           "objective=ism data=ring8 activation=softplus hidden=128,128 batch=256 input_scale=1"},
      {"ism_exact_d64_b128",
       "energy 64-256-256-1 softplus on 8 x 8 MNIST plus noise 0.1, exact Hessian trace",
       std::string(kEnergy) + "objective=ism activation=softplus data_noise=0.1 hidden=256,256 batch=128",
       true},
      {"classifier_cnn_b128", "3x3 convolutions 1-32-32, pool, 64-64, pool, 3136-128-10 on MNIST; batch 128",
       "classifier channels=32 batch=128 shift=0 noise=0 lr=1e-3 schedule=constant split=train"},
      {"dcgan_b64",
       "a GAN of 4x4 convolutions, G 64-128x7x7-64-1 with group norm, D mirrored: a step of D, then one of "
       "G; batch 64",
       "gan net=dcgan channels=64 clusters=0 batch=64 lr=2e-4 init=torch instance_noise=0 ema=0 "
       "schedule=constant"},
      {"dcgan_r1_b64",
       "the same with SiLU in D and the R1 penalty on its gradient: double-backward through the convolutions",
       "gan net=dcgan channels=64 clusters=0 batch=64 lr=2e-4 init=torch instance_noise=0 ema=0 "
       "schedule=constant penalty=r1 penalty_weight=1"},
      {"unet_flow_b64", "class-conditional flow matching, a U-Net with 0.3 million parameters; batch 64",
       "flow-matching batch=64 clip=0 ema=0 schedule=constant split=train classes=labels"},
      {.name = "unet_sample_c100",
       .step = "an Euler step of 100 class-conditional digits through that U-Net; 25 steps per sample",
       .measure = unet_sampling},
      {.name = "annealed_langevin",
       .step = "annealed Langevin step (10 levels, 100 steps each), score 784-1024-1024-784 SiLU; 100 chains",
       .measure = annealed_langevin},
      {"realnvp_2d_b512",
       "RealNVP on ring8: eight couplings with perceptrons 2-128-128-4, maximum likelihood; batch 512",
       "realnvp data=ring8 batch=512 clip=0 ema=0 schedule=constant"},
      {.name = "hmc_d100_c1000",
       .step = "HMC on a Gaussian in 100 dimensions: a transition of ten leapfrog steps; 1000 chains",
       .measure = hmc_steps},
      {"ebm_cd60_b64",
       "an energy with convolutions 16-32-64-64, 60 clipped Langevin steps from a replay buffer; batch 64",
       "ebm preset=uva batch=64 ema=0 schedule=constant split=train"},
      {"rbm_cd1_b100", "restricted Boltzmann machine 784-500, CD-1 on binarised MNIST, momentum; batch 100",
       std::string(kMachine) + "1"},
      {"rbm_cd25_b100", "the same with CD-25: 25 Gibbs steps per training step",
       std::string(kMachine) + "25"},
      {"made_b100",
       "masked autoencoder 784-1000-784 with direct connections, Adam; binarised MNIST, batch 100",
       "made batch=100 schedule=constant split=train"},
      {.name = "rbm_ais_c100",
       .step = "one temperature of annealed importance sampling on an RBM 784-500; 100 chains",
       .measure = run_annealing},
  };
  return kWorkloads;
}

double WorkloadResult::ms(double share) const { return quantile(step_ms, share); }

WorkloadResult run_workload(const Workload& workload, const BenchOptions& bench) {
  if (workload.measure != nullptr) return workload.measure(bench);
  reset_peak_memory();
  std::istringstream text(workload.line);
  const std::vector<std::string> words{std::istream_iterator<std::string>(text), {}};
  const std::unique_ptr<RunOptions> options = run_options(words[0], std::span(words).subspan(1));
  RunData data(options->data, options->training);
  if (workload.pooled_to_8x8) data.replace_training(pooled_to_8x8(data.train()));
  const int64_t batch = options->training.batch;
  // Steps of one size: an epoch's short batch would be the least of the times.
  const bool drop_last = data.train().count() >= batch;
  const int64_t per_epoch = data.batches({.batch = batch, .drop_last = drop_last})->steps_per_epoch();
  // The warm-up goes across an epoch's end, where the order is drawn anew.
  const int64_t first = std::max<int64_t>(0, per_epoch - bench.warm_up / 2);
  const int64_t warm = first + bench.warm_up;
  Session session(*options, std::move(data),
                  {.drop_last = drop_last, .log_every = 1, .steps = warm + bench.steps});
  *std::get<int64_t*>(session.state.find("trainer.step")->target) = first;
  StepClock clock(warm, bench.steps);
  session.train(clock);
  WorkloadResult result = clock.result();
  result.batch = batch;
  return result;
}

}  // namespace gradzoo
