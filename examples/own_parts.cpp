// Your own op, sampler and use, in a program that has the whole gradzoo command.
//   own_parts sample zoo/rbm ...                     works as gradzoo
//   own_parts sample RUN --sampler heavy             runs chains with Cauchy proposals
//   own_parts roughness RUN -n 100                   prints the mean difference of neighbouring pixels
#include <array>
#include <cmath>

#include <gradzoo.h>
#include <gradzoo/autograd/check/op_checks.h>
#include <gradzoo/commands/own_model.h>
#include <gradzoo/experiments/uses/use.h>
#include <gradzoo/samplers/domain.h>
#include <gradzoo/samplers/metropolis.h>
#include <gradzoo/samplers/registry.h>

using namespace gradzoo;

namespace {

// The op log cosh x, a smooth |x|. Its derivative tanh x is an op, so it has derivatives of any order.
struct LogCosh {
  static constexpr const char* name = "log_cosh";
  static constexpr const char* formula = "y = log cosh x;  dx = g tanh x";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0)};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const {
    visit_floating(out.dtype(), [&]<class T>() {
      const T *x = in[0].data<T>(), ln2 = std::log(T{2});
      T* y = out.mutable_data<T>();
      for (int64_t i = 0; i < out.size(); ++i)  // cosh overflows, this form does not
        y[i] = std::abs(x[i]) + std::log1p(std::exp(-2 * std::abs(x[i]))) - ln2;
    });
  }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, tanh(v.in(0)))); }
  static std::vector<OpCase<LogCosh>> cases() { return unary_cases<LogCosh>({}); }  // sampled on [-2, 2]
};

// Accepts or rejects proposals x + step c with c from the Cauchy distribution: rare jumps between modes.
struct HeavyOptions {
  double step = 0.1;
  void describe(OptionTable& options) { options.add("step", step, "scale of a proposal", {1e-12, 1e12}); }
};
class HeavyWalk : public Sampler {
 public:
  explicit HeavyWalk(const HeavyOptions& options) : options_(options) {}
  std::string_view name() const override { return "heavy"; }
  unsigned needs() const override { return kNeedsLogProb; }
  double step_size() const override { return options_.step; }
  bool is_exact() const override { return true; }

 protected:
  Transition transition(const Target& target, Rng& rng, bool) override {
    const Tensor cauchy = randn_like(x(), rng) / randn({x().dim(0), 1}, rng, x().dtype());
    Tensor proposal = x() + options_.step * cauchy;
    reflect(target.domain, proposal);
    const PointValue there = evaluate(target, proposal);
    return metropolis(x(), value(), proposal, there, there.log_prob - value().log_prob, rng);
  }

 private:
  HeavyOptions options_;
};

// Difference of neighbouring pixels of samples: a mean of log cosh.
struct Roughness {
  double scale = 0.1;
  void describe(OptionTable& options) {
    options.add("scale", scale, "size of a difference that counts as an edge", {1e-6, 1});
  }
  UseResult run(UseCall& call) const {
    Rng rng = call.run().sample_stream();
    const Tensor x = call.run().samples(call.n, rng);
    const int64_t width = x.dim(2);
    const Tensor edges = (slice(x, 2, 1, width) - slice(x, 2, 0, width - 1)) / scale;
    const Tensor rows = mean(reshape(apply<LogCosh>(edges), {call.n, -1}), 1);
    return {.numbers = {mean_over_examples({"roughness", ""}, rows, "mean log cosh of differences")}};
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (const OpReport report = gradcheck_op<LogCosh>(); !report) {
    std::fputs(report.message.c_str(), stderr);
    return 1;
  }
  add_sampler(
      sampler_entry_of<HeavyOptions, HeavyWalk>({.moves = "proposal x + step c, accepted or rejected"}));
  Use use;
  use.name = "roughness";
  use.summary = "difference of neighbouring pixels of samples";
  use.description = "Measures the difference of neighbouring pixels of samples.";
  use.examples = {{"gradzoo roughness zoo/vae -n 100", "with a hundred samples"}};
  use.count.meaning = "samples";
  use.count.value = 100, use.count.low = 2, use.count.high = 10'000;
  use.of_images = "draws {}, which have no neighbouring pixels";
  use.missing = [](const Abilities& able, const DataShape&) {
    return std::string(able.samples ? "" : "draws no samples");
  };
  add_use(use_of<Roughness>(std::move(use)));
  return run_command_line(argc, argv);
}
