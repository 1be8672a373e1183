#include "tools/doctor/rates.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "autograd/kernels/gemm/gemm.h"
#include "autograd/kernels/pointwise/peak.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "base/clock.h"
#include "base/function_ref.h"
#include "tools/bench/convolutions.h"
#include "tools/bench/meters.h"
#include "tools/doctor/machine.h"

namespace gradzoo {
namespace {

// The median over 0.3 seconds of work / time: a rate that lasts, in 10^9 a second. `run` returns its work.
double rate_of(FunctionRef<double()> run) {
  constexpr double kSeconds = 0.3;
  run();
  std::vector<double> rates;
  const double begun = steady_seconds();
  while (rates.size() < 5 || steady_seconds() < begun + kSeconds) {
    const double start = steady_seconds();
    const double work = run();
    rates.push_back(1e-9 * work / (steady_seconds() - start));
  }
  return quantile(rates, 0.5);
}

double multiply_adds() {
  constexpr int64_t kBlocks = 48, kRounds = 40'000;  // a block: a tenth of a millisecond
  std::atomic<double> flops{0};
  kernels::parallel_for(kBlocks, 1, 1, [&](int64_t begin, int64_t end) {
    flops.fetch_add(kernels::run_multiply_adds(kRounds * (end - begin)));
  });
  return flops;
}

Rate with_one_and_all(FunctionRef<double()> rate) {
  const int all = kernels::threads();
  kernels::set_threads(1);
  const double one = rate();
  kernels::set_threads(all);
  return {one, all == 1 ? one : rate()};
}

Rate product_rates() {
  constexpr int64_t kSide = 1024;
  const Tensor a = full({kSide, kSide}, 0.5), b = full({kSide, kSide}, 0.25);
  Tensor c = empty({kSide, kSide});
  const auto multiply = [&] {
    kernels::gemm(false, false, kSide, kSide, kSide, a.data<float>(), b.data<float>(), 0.0F,
                  c.mutable_data<float>());
    return 2 * std::pow(kSide, 3);
  };
  return with_one_and_all([&] { return rate_of(multiply); });
}

Rate memory_rates() {
  constexpr int64_t kNumbers = int64_t{16} << 20;
  const NoGrad quiet;
  const Tensor a = full({kNumbers}, 0.5), b = full({kNumbers}, 0.25);
  const auto add_them = [&] {
    static_cast<void>(a + b);
    return 3.0 * sizeof(float) * kNumbers;
  };
  return with_one_and_all([&] { return rate_of(add_them); });
}

double own_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

MachineRates measure_rates() {
  const CpuTicks before = read_cpu_ticks();
  const double begun = steady_seconds(), own = own_seconds();
  MachineRates rates;
  rates.instructions = with_one_and_all([] { return rate_of(multiply_adds); });
  rates.products = product_rates();
  const ConvolutionCase& usual = convolution_cases()[2];
  rates.convolutions = with_one_and_all([&] { return convolution_rates(usual, 0.1).forward; });
  rates.memory = memory_rates();
  const CpuTicks after = read_cpu_ticks();
  const double seconds = steady_seconds() - begun,
               busy = (after.busy - before.busy) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  if (after.all > before.all) {
    rates.stolen = (after.stolen - before.stolen) / (after.all - before.all);
    rates.others = std::max(0.0, (busy - (own_seconds() - own)) / seconds);
  }
  return rates;
}

}  // namespace gradzoo
