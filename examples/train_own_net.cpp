// Your own net, batches of your own tensors, and a training loop as in PyTorch.
#include <cstdio>
#include <numbers>

#include <gradzoo.h>

using namespace gradzoo;

class Net : public Module {
 public:
  Net(int64_t in, int64_t classes, Rng& rng) : hidden_(in, 64, rng), out_(64, classes, rng) {
    register_module("hidden", hidden_);  // as self.hidden = nn.Linear(...): unregistered layers do not learn
    register_module("out", out_);
  }
  Tensor forward(const Tensor& x) const override { return out_(silu(hidden_(x))); }

 private:
  Linear hidden_, out_;
};

struct Examples {
  Tensor x, labels;  // (n, 2), (n) i64
};

// Two half circles that reach into each other: class 0 above, class 1 below.
Examples moons(int64_t n, uint64_t seed) {
  Rng rng(seed);
  const Tensor angle = rand({n}, rng) * std::numbers::pi, label = bernoulli(full({n}, 0.5), rng);
  const Tensor side = 1.0 - 2.0 * label;
  const Tensor points = stack({side * cos(angle) + label, side * sin(angle) + 0.5 * label}, 1);
  return {points + 0.1 * randn({n, 2}, rng), cast(label, DType::i64)};
}

int main() {
  // Your arrays can come from numpy.save, which writes float64 by default.
  const Examples made = moons(800, 1), held_out = moons(1000, 2);
  save_npy("points.npy", made.x);
  save_npy("labels.npy", made.labels);
  const Examples train{cast(load_npy("points.npy"), DType::f32), cast(load_npy("labels.npy"), DType::i64)};

  DataLoader loader({train.x, train.labels}, {.batch_size = 32, .shuffle = true, .seed = 1});

  Rng rng(1);
  const Net net(2, 2, rng);
  Adam optimizer(net.parameters(), 1e-2);
  double accuracy = 0;
  for (int epoch = 1; epoch <= 40; ++epoch) {
    for (const auto& [inputs, targets] : loader) {
      const Tape tape;  // records this step until the end of the block
      const Tensor loss = mean(cross_entropy(net(inputs), targets));
      optimizer.zero_grad();
      backward(loss);
      optimizer.step();
    }
    const Tensor called = argmax(net(held_out.x), 1);  // no tape: nothing is recorded
    accuracy = mean(cast(eq(called, held_out.labels), DType::f32)).item();
    if (epoch % 10 == 0) std::printf("epoch %2d  held-out accuracy %.3f\n", epoch, accuracy);
  }
  return accuracy > 0.95 ? 0 : 1;
}
