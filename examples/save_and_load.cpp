// Saves and loads weights with one line each, and stops and resumes a training with bit-identical results.
#include <cstdio>
#include <vector>

#include <gradzoo.h>

using namespace gradzoo;

// A training with its complete state. Values that are not in the State are lost.
struct Training {
  Rng rng{1};
  Mlp net{{2, 16, 1}, rng};
  Adam optimizer{net.parameters(), 1e-2};
  int64_t step = 0;

  State state() {
    State all;
    for (const NamedTensor& p : net.named_parameters()) all.add(p.name, p.tensor);
    optimizer.add_to(all, "optimizer");  // Adam's moments and number of steps
    all.add("rng", rng);
    all.add("step", step);
    return all;
  }
  void run_to(int64_t end) {
    for (; step < end; ++step) {
      const Tensor x = randn({32, 2}, rng);
      const Tape tape;
      optimizer.zero_grad();
      backward(mse(net(x), sum(square(x), 1, true)));
      optimizer.step();
    }
  }
};

int main() {
  Training whole, stopped, resumed;
  whole.run_to(200);
  stopped.run_to(100);
  save_checkpoint("training.safetensors", stopped.state());
  State state = resumed.state();
  load_checkpoint("training.safetensors", state);
  resumed.run_to(200);
  const bool same_bytes = resumed.state().bytes() == whole.state().bytes();

  save(whole.net, "net.safetensors");  // Python: safetensors.torch.load_file("net.safetensors")
  Rng other(2);
  Mlp net({2, 16, 1}, other);
  load(net, "net.safetensors");
  const Tensor x = randn({5, 2}, other);
  const bool same_net = net(x).to_vector() == whole.net(x).to_vector();
  std::printf("resumed: %s, loaded: %s\n", same_bytes ? "the same bytes" : "another training",
              same_net ? "the same net" : "another net");
  return same_bytes && same_net ? 0 : 1;
}
