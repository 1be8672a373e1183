#include "tools/doctor/machine.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "autograd/kernels/pointwise/peak.h"
#include "runs/refusals.h"
#include "tools/doctor/rates.h"

using namespace gradzoo;

TEST_CASE("what is read of this machine is possible") {
  const Machine machine = read_machine();
  CHECK_FALSE(machine.processor.empty());
  CHECK(machine.allowed_cpus >= 1);
  CHECK(machine.allowed_cpus <= machine.cpus);
  CHECK(machine.cores >= 1);
  CHECK(machine.cores <= machine.allowed_cpus);
  CHECK(machine.threads >= 1);
  int64_t before = 0;
  for (const Cache& cache : machine.caches) {  // each level larger than the one before
    CHECK(cache.bytes > before);
    CHECK(cache.cpus >= 1);
    before = cache.bytes;
  }
  CHECK(machine.free_memory > 0);
  CHECK(machine.free_memory <= machine.memory);
  CHECK(machine.data.problem.empty());
  const CpuTicks first = read_cpu_ticks();
  const CpuTicks then = read_cpu_ticks();
  CHECK(first.all > 0);
  CHECK(then.all >= first.all);
  CHECK(first.busy + first.stolen <= first.all);
}

TEST_CASE("multiply-adds are counted: ten chains of whole vectors a round") {
  const double of_one = kernels::run_multiply_adds(1);
  for (const double lanes : {4.0, 8.0, 16.0}) {
    if (std::string(kernels::instruction_set()) == (lanes == 16 ? "AVX-512" : lanes == 8 ? "AVX2" : "NEON"))
      CHECK(of_one == 20 * lanes);
  }
  CHECK(kernels::run_multiply_adds(1000) == 1000 * of_one);
}

TEST_CASE("gradzoo doctor prints one page, or one object with the same machine") {
  using namespace gradzoo::test;
  const ScratchDirectory scratch;
  const ProcessResult text = run_gradzoo("doctor --threads 1", scratch.file(""));
  REQUIRE_MESSAGE(text.status == 0, text.err);
  for (const char* part :
       {"processor", "caches", "memory", "kernel", "instructions", "GFLOP/s", "convolutions"})
    CHECK_MESSAGE(contains(text.out, part), text.out);
  const auto object = nlohmann::json::parse(run_gradzoo("doctor --json --threads 1", scratch.file("")).out);
  CHECK(object["threads"] == 1);
  CHECK(contains(text.out, object["processor"].get<std::string>()));
  CHECK(contains(text.out, object["blas_kernel"].get<std::string>()));
  for (const char* rate :
       {"instructions_gflops", "products_gflops", "convolutions_gflops", "memory_gb_per_s"}) {
    INFO(rate);
    CHECK(object[rate]["one_thread"].get<double>() > 0.1);
    CHECK(object[rate]["all"] == object[rate]["one_thread"]);  // one thread is all
  }
  // No product has more than the instructions give; the rest is for a clock that changes meanwhile.
  CHECK(object["products_gflops"]["one_thread"].get<double>() <
        2 * object["instructions_gflops"]["one_thread"].get<double>());
  CHECK(files_in(scratch.file("")).empty());
}
