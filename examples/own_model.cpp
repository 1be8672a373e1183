// Your own model with the whole gradzoo command: a VAE with beta (Higgins et al. 2017) for images and points.
//   own_model train --data mnist      trains it into runs/beta-vae-1; --help lists its options
//   own_model sample runs/beta-vae-1, eval, compare runs/beta-vae-1 zoo/vae, report, train --resume, ...
// docs/own-model.md explains this file.
#include <algorithm>

#include <gradzoo.h>
#include <gradzoo/commands/own_model.h>

using namespace gradzoo;

namespace {

// The options for --set and --help. The fields have the defaults.
struct BetaVaeOptions {
  int64_t hidden = 400, latent = 16;
  double beta = 1;

  void describe(OptionTable& options) {
    options.add("hidden", hidden, "units of the hidden layers", {1, 4096});
    options.add("latent", latent, "dimensions of the code", {1, 512});
    options.add("beta", beta, "weight of the KL divergence", {0, 1000});
  }
  // Defaults that depend on the data. They do not replace values that the user has set.
  void adapt_to_points(OptionTable& options, TrainingOptions& training, const DataShape& shape) {
    options.prefer(latent, shape.size(), "points");
    options.prefer(training.lr, 2e-3, "points");
  }
};

// Modules name the parameters that are trained and saved.
class Nets : public Module {
 public:
  Nets(const BetaVaeOptions& options, int64_t numbers, Rng& rng)
      : encoder({numbers, options.hidden, 2 * options.latent}, rng, {.activation = "silu"}),
        decoder({options.latent, options.hidden, numbers}, rng, {.activation = "silu"}),
        log_variance(register_parameter("log_variance", zeros({1}))) {
    register_module("encoder", encoder);
    register_module("decoder", decoder);
  }
  Tensor forward(const Tensor& z) const override { return decoder(z); }

  Mlp encoder, decoder;
  Tensor log_variance;  // log-variance of p(x|z) for points
};

class BetaVae : public Model {
 public:
  BetaVae(const BetaVaeOptions& options, const DataShape& shape, const TrainingOptions& training)
      : options_(options),
        pixels_(shape.kind().pixels),
        init_(training.stream_seed(), "init"),
        noise_(training.stream_seed(), "noise"),
        nets_(options, shape.size(), init_),
        learner_(nets_, training.learner()),
        loss_(add_metric(
            {.name = "loss", .unit = "nats/example", .explanation = "mean of -log p(x|z) + beta KL"})),
        kl_(add_metric({.name = "kl", .unit = "nats/example", .explanation = "KL(q(z|x) || p(z)), a mean"})) {
    add_learner(learner_);
  }

  void train_step(const StepContext& step, MetricRow row) override {
    Tape tape;
    const auto [error, kl] = terms(step.batch.x, noise_);
    const Tensor loss = mean(error + options_.beta * kl);
    row[loss_] = loss.item();
    row[kl_] = mean(kl).item();
    learner_.step(loss, step.learning_rate);
  }

 protected:
  // A resumed run needs the noise of the next step; the learner adds everything else.
  void add_to(State& state) override { state.add("noise", noise_); }

  // Returns (n, elements) means of p(x|z) with z from N(0, I).
  Tensor do_sample(const SampleRequest& request, const SamplingOptions&) const override {
    const Tensor x = nets_(randn({request.n, options_.latent}, request.rng));
    return pixels_ ? sigmoid(x) : x + exp(0.5 * nets_.log_variance) * randn_like(x, request.rng);
  }

  Quantities do_validate(const DataView& data) override {
    Rng rng(data.seed, "validate");
    const Batch batch =
        read_examples(data.examples, 0, std::min<int64_t>(1000, data.examples.count()), Pixels::grey, rng);
    const auto [error, kl] = terms(batch.x, rng);
    return {mean_over_examples({"elbo", "nats/example"}, -(error + kl), "lower bound of log p(x)")};
  }
  Quantities do_evaluate(const DataView& data) override { return do_validate(data); }

 private:
  struct Terms {
    Tensor error, kl;  // (B): -log p(x|z) and KL(q(z|x) || N(0, I))
  };
  // x is (B, elements). z = mu + sigma eps (Kingma & Welling 2014, equation 10).
  Terms terms(const Tensor& x, Rng& rng) const {
    const Tensor code = nets_.encoder(x), mu = slice(code, 1, 0, options_.latent),
                 logvar = slice(code, 1, options_.latent, 2 * options_.latent);
    const Tensor y = nets_(mu + exp(0.5 * logvar) * randn_like(mu, rng));
    const Tensor log_prob = pixels_ ? bernoulli_log_prob(x, y) : normal_log_prob(x, y, nets_.log_variance);
    return {-sum(log_prob, 1), kl_standard_normal_rows(mu, logvar)};
  }

  BetaVaeOptions options_;
  bool pixels_;
  Rng init_, noise_;
  Nets nets_;
  Learner learner_;
  Metric loss_, kl_;
};

}  // namespace

int main(int argc, char** argv) {
  add_model<BetaVae, BetaVaeOptions>({.name = "beta-vae",
                                      .summary = "a VAE with a weight for its KL divergence",
                                      .source = "Higgins et al. 2017"});
  return run_command_line(argc, argv);
}
