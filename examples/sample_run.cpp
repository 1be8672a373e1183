// Loads the checkpoint of a run and writes samples from its model: RUN is a run directory of `gradzoo train`,
// such as runs/vae-1.
//
//   sample_run RUN samples.npy [label]
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <gradzoo.h>
#include <gradzoo/experiments/opened_run.h>
#include <gradzoo/experiments/uses/write_samples.h>

using namespace gradzoo;

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "sample_run RUN samples.npy [label]\n");
    return 2;
  }
  try {
    const OpenedRun run(argv[1]);  // the run's settings, and its model with the checkpoint's weights
    std::printf("%s\n", run.description().c_str());
    Rng rng = run.sample_stream();  // the random numbers of `gradzoo sample RUN`
    const int64_t n = 100;
    const Tensor labels = argc > 3 ? full({n}, std::atof(argv[3]), DType::i64) : Tensor();
    const Tensor x = run.samples(n, rng, labels);  // (n, H, W) in [0, 1], or points (n, d)
    write_samples(argv[2], x);                     // .npy for NumPy, .csv, or .png to look at
    std::printf("%s in %s, mean %.4f\n", x.shape().str().c_str(), argv[2], mean(x).item());
  } catch (const std::exception& error) {  // a gradzoo::Error has a sentence and a hint
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
