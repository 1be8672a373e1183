#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/gan/gan.h"
#include "gradzoo/models/run/trainer.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

/// The setting of Lin et al. 2018 on grid25: preset=pacgan.
namespace gradzoo {
namespace {

const DataShape kPacImages{.example = {8, 8}};
DataShape pac_grid() { return test::toy_shape("grid25"); }

const test::Strings kSmallPacgan = {"preset=pacgan", "generator_hidden=5,4", "discriminator_hidden=4,3",
                                    "maxout=3", "init=he"};

struct PacRun {
  std::unique_ptr<Gan> gan;
  State state;
  explicit PacRun(const std::vector<std::string>& more)
      : gan(test::small_model<Gan>("gan", test::joined(kSmallPacgan, more), pac_grid())) {
    gan->register_state(state);
  }
};

/// A network's parameters as leaves of their own, with Adam's moments.
struct NaivePlayer {
  std::vector<std::string> names;
  std::vector<Tensor> w;
  std::vector<std::vector<double>> m, v;
  explicit NaivePlayer(const Module& module) {
    for (const NamedTensor& p : module.named_parameters()) {
      names.push_back(p.name);
      w.push_back(p.tensor.detach().clone().requires_grad_());
      m.emplace_back(static_cast<size_t>(p.tensor.size()));
      v.emplace_back(static_cast<size_t>(p.tensor.size()));
    }
  }
  void adam(const Tensors& gradients, int step, double lr) {
    for (size_t k = 0; k < w.size(); ++k) {
      const std::vector<double> g = gradients[k].to_vector();
      for (size_t i = 0; i < g.size(); ++i) {
        m[k][i] = 0.8 * m[k][i] + 0.2 * g[i];
        v[k][i] = 0.999 * v[k][i] + 0.001 * g[i] * g[i];
        const double m_hat = m[k][i] / (1 - std::pow(0.8, step)),
                     v_hat = v[k][i] / (1 - std::pow(0.999, step));
        w[k].mutable_data<float>()[i] -= static_cast<float>(lr * m_hat / (std::sqrt(v_hat) + 1e-8));
      }
    }
  }
  void check_equals(const Module& module) const {
    for (size_t k = 0; k < w.size(); ++k) {
      CAPTURE(names[k]);
      CHECK(test::max_error(module.named_parameters()[k].tensor, w[k].to_vector()) < 2e-5);
    }
  }
};

/// Moving averages of one normalisation.
struct RunningNorm {
  Tensor mean, stddev;
};

// One member of each pack: its own batch, of whose statistics `seen` has a list for each layer.
Tensor naive_fakes(const NaivePlayer& g, const Tensor& z, std::vector<std::vector<RunningNorm>>& seen) {
  Tensor y = z;
  for (size_t layer = 0; layer < 2; ++layer) {
    const Tensor &weight = g.w[3 * layer], &scale = g.w[3 * layer + 1], &shift = g.w[3 * layer + 2];
    y = matmul(y, weight, false, true);
    const Tensor mean_of = mean(y, 0), stddev_of = sqrt(var_axis(y, 0, false, 0) + 1e-4);
    seen[layer].push_back({mean_of.detach(), stddev_of.detach()});
    y = relu((y - mean_of) / stddev_of * scale + shift);
  }
  return matmul(y, g.w[6], false, true) + g.w[7];
}

Tensor naive_scores(const NaivePlayer& d, const Tensor& packs) {
  Tensor y = packs;
  for (size_t layer = 0; layer < 2; ++layer) {
    const Tensor maps = matmul(y, d.w[2 * layer], false, true) + d.w[2 * layer + 1];
    const int64_t out = maps.dim(1) / 3;
    y = maximum(maximum(slice(maps, 1, 0, out), slice(maps, 1, out, 2 * out)),
                slice(maps, 1, 2 * out, 3 * out));
  }
  return matmul(y, d.w[4], false, true) + d.w[5];
}

TEST_CASE("preset=pacgan is the published setting, pac and batch by packs; an own choice goes first") {
  test::check_options(
      "gan", {"preset=pacgan"}, pac_grid(),
      {"pac=2 batch=200 steps=400000 lr=0.0001 schedule=constant beta1=0.8 beta2=0.999 ema=0",
       "discriminator_rate=1 critic_steps=1 simultaneous=true loss=non-saturating penalty=none",
       "latent=2 generator_hidden=400,400,400,400 generator_norm=batch init=normal maxout=5",
       "discriminator_hidden=200,200,200 instance_noise=0 label_smoothing=0 clip=0"});
  test::check_options("gan", {"preset=pacgan", "pac=1"}, pac_grid(), {"batch=100"});
  test::check_options("gan", {"preset=pacgan", "pac=4", "steps=7"}, pac_grid(), {"batch=400", "steps=7"});
  // The grid itself: {-4, ..., 4}^2, sigma .05.
  const DataShape shape = pac_grid();
  const Modes* modes = shape.toy->modes();
  CHECK(modes->sigma == 0.05);
  CHECK(max(modes->centers).item() == 4);
  CHECK(min(modes->centers).item() == -4);
  CHECK(modes->centers.dim(0) == 25);
}

TEST_CASE("both networks have the published layers, weights of N(0, .02^2), and no idle bias") {
  const auto gan = test::small_model<Gan>("gan", {"preset=pacgan"}, pac_grid());
  const auto sizes = [](const Module& module) {
    std::vector<std::string> all;
    for (const NamedTensor& p : module.named_parameters())
      if (test::contains(p.name, "linear") || p.tensor.rank() == 2) all.push_back(p.tensor.shape().str());
    return all;
  };
  CHECK(sizes(gan->generator()) ==
        std::vector<std::string>{"(400,2)", "(400,400)", "(400,400)", "(400,400)", "(2,400)", "(2)"});
  CHECK(sizes(gan->discriminator()) == std::vector<std::string>{"(1000,4)", "(1000)", "(1000,200)", "(1000)",
                                                                "(1000,200)", "(1000)", "(1,200)"});
  for (const Module* module :
       {static_cast<const Module*>(&gan->generator()), static_cast<const Module*>(&gan->discriminator())}) {
    for (const NamedTensor& p : module->named_parameters()) {
      CAPTURE(p.name);
      if (p.tensor.rank() == 2) {
        CHECK(stddev(p.tensor).item() == approx(0.02).epsilon(0.2));
        CHECK(std::abs(mean(p.tensor).item()) < 4 * 0.02 / std::sqrt(static_cast<double>(p.tensor.size())));
      } else {
        CHECK(max(abs(p.tensor - (test::contains(p.name, "scale") ? 1.0 : 0.0))).item() == 0);
      }
    }
  }
}

TEST_CASE("steps are those written out here: both players at once, statistics of a pack's members apart") {
  for (const int64_t pac : {1, 2}) {
    CAPTURE(pac);
    constexpr int64_t kPacks = 6;
    constexpr double kRate = 0.01;
    PacRun run({"pac=" + std::to_string(pac)});
    NaivePlayer g(run.gan->generator()), d(run.gan->discriminator());
    std::vector<RunningNorm> running = {{zeros({5}), ones({5})}, {zeros({4}), ones({4})}};
    Rng rng(1, "pacgan_test"), noise(0, "gan/noise");
    for (int step = 0; step < 3; ++step) {
      const Tensor x = randn({pac * kPacks, 2}, rng) * 2.0, z = randn({pac * kPacks, 2}, noise);
      std::vector<double> row(4);
      run.gan->train_step({step, 10, kRate, {x, {}, {}}}, MetricRow(row));

      std::vector<std::vector<RunningNorm>> seen(2);
      Tensors of_d, of_g;
      {
        const Tape tape;
        std::vector<Tensor> members;
        for (int64_t i = 0; i < pac; ++i)
          members.push_back(naive_fakes(g, slice(z, 0, i, pac * kPacks, pac), seen));
        const Tensor real = naive_scores(d, reshape(x, {kPacks, 2 * pac})),
                     fake = naive_scores(d, concat(members, 1));
        const Tensor loss_d = mean(softplus(neg(real)) + softplus(fake)),
                     loss_g = mean(softplus(real) + softplus(neg(fake)));
        of_d = grad(loss_d, d.w, {.retain_graph = true});
        of_g = grad(loss_g, g.w);
        CHECK(row[0] == approx(loss_d.item()).epsilon(1e-5));
        CHECK(row[1] == approx(mean(softplus(neg(fake))).item()).epsilon(1e-5));
      }
      d.adam(of_d, step + 1, kRate);
      g.adam(of_g, step + 1, kRate);
      for (size_t layer = 0; layer < 2; ++layer)
        for (Tensor RunningNorm::*part : {&RunningNorm::mean, &RunningNorm::stddev}) {
          Tensor now = seen[layer][0].*part;
          for (size_t i = 1; i < seen[layer].size(); ++i) now = now + seen[layer][i].*part;
          running[layer].*part =
              running[layer].*part * 0.95 + now * (0.05 / static_cast<double>(seen[layer].size()));
        }
    }
    g.check_equals(run.gan->generator());
    d.check_equals(run.gan->discriminator());
    // Samples are by the running statistics.
    Rng first(7, "pacgan_test"), second(7, "pacgan_test");
    Tensor y = randn({50, 2}, first);
    for (size_t layer = 0; layer < 2; ++layer) {
      y = (matmul(y, g.w[3 * layer], false, true) - running[layer].mean) / running[layer].stddev;
      y = relu(y * g.w[3 * layer + 1] + g.w[3 * layer + 2]);
    }
    y = matmul(y, g.w[6], false, true) + g.w[7];
    CHECK(test::max_error(run.gan->sample({50, second}), y.to_vector()) < 1e-3);
  }
}

TEST_CASE("shards normalise their own fakes and share the running statistics") {
  PacRun run({"pac=1"}), whole({"pac=1"});
  Rng rng(3, "pacgan_test"), noise(0, "gan/noise");
  const Batch batch{randn({8, 2}, rng), {}, {}};
  const Tensor first = matmul(
      randn({8, 2}, noise), run.gan->generator().named_parameters()[0].tensor.detach().clone(), false, true);
  ShardedStep sharded(*run.gan, 2);
  std::vector<double> row(4);
  sharded.run({0, 10, 0.01, batch}, row);
  const auto part = [&](int64_t i) { return first.rows(4 * i, 4 * i + 4); };
  const Tensor stddevs =
      sqrt(var_axis(part(0), 0, false, 0) + 1e-4) + sqrt(var_axis(part(1), 0, false, 0) + 1e-4);
  const auto buffers = run.gan->generator().named_buffers();
  CHECK(buffers[0].name == "layers.norm0.running_mean");
  CHECK(test::max_error(buffers[0].tensor, (mean(first, 0) * 0.05).to_vector()) < 1e-6);
  CHECK(test::max_error(buffers[1].tensor, (stddevs * 0.025 + 0.95).to_vector()) < 1e-6);
}

TEST_CASE("what does not go together is refused, with what to do") {
  test::check_refused_options("gan",
                              {{{"preset=pacgan"}, kPacImages, "for points"},
                               {{"preset=pacgan", "ema=0.9"}, pac_grid(), "Hint: set ema=0"},
                               {{"preset=pacgan", "batch=4", "shards=2"}, pac_grid(), "Hint: set batch=8"}});
  for (const char* setting : {"generator_norm=batch", "maxout=2", "init=normal"})
    test::check_refused_options("gan", {{{setting}, kPacImages, "Hint: use net=mlp"},
                                        {{setting, "net=mlp"}, kPacImages, ""},
                                        {{setting}, pac_grid(), ""}});
  const auto warned = test::small_model<Gan>("gan", {"maxout=2", "penalty=r1"}, pac_grid());
  CHECK(test::contains(warned->warning(), "(maxout)"));
}

}  // namespace
}  // namespace gradzoo
