// One net with many threads: a pool of workers that share the weights answers requests. Without a tape
// nothing is recorded, and any number of threads can read the weights safely.
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include <gradzoo.h>

using namespace gradzoo;

int main() {
  Rng rng(1);
  const Mlp net({64, 256, 10}, rng, {.activation = "silu"});
  std::vector<Tensor> requests(200);
  for (Tensor& request : requests) request = randn({8, 64}, rng);

  // Each worker takes the next free request. Each answer has its own place, so no lock is needed.
  std::vector<Tensor> answers(requests.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < requests.size(); i = next++) answers[i] = softmax(net(requests[i]), 1);
  };
  std::vector<std::thread> pool(4);
  for (std::thread& worker : pool) worker = std::thread(work);
  for (std::thread& worker : pool) worker.join();

  size_t same = 0;
  for (size_t i = 0; i < requests.size(); ++i)
    same += softmax(net(requests[i]), 1).to_vector() == answers[i].to_vector() ? 1 : 0;
  std::printf("%zu of %zu answers are bit-identical to one thread's\n", same, requests.size());
  return same == requests.size() ? 0 : 1;
}
