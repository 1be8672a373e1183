#include "tools/doctor/findings.h"

#include <functional>

#include <doctest/doctest.h>

#include "support/error_message.h"

namespace gradzoo {
namespace {

struct Patient {
  Machine machine;
  MachineRates rates;
};

// Eight cores and no complaint.
Patient healthy() {
  Patient p;
  p.machine.instructions = "AVX2";
  p.machine.cpus = p.machine.allowed_cpus = 16;
  p.machine.cores = p.machine.threads = 8;
  p.machine.kernel = {"Haswell", "Haswell", "Haswell"};
  p.machine.memory = int64_t{16} << 30;
  p.machine.free_memory = int64_t{8} << 30;
  p.rates = {
      .instructions = {100, 700}, .products = {80, 500}, .convolutions = {60, 400}, .memory = {20, 40}};
  return p;
}

TEST_CASE("a machine that is well has no ailment") {
  const Patient p = healthy();
  CHECK(ailments_of(p.machine, p.rates).empty());
}

TEST_CASE("each ailment is named alone, with its numbers and what to do") {
  struct Row {
    std::function<void(Patient&)> fall_ill;
    const char *what, *hint;
  };
  const Row rows[] = {
      {[](Patient& p) {
         p.machine.data = {"", "mnist: its folder is not there"};
       },
       "data are not found", "its folder is not there"},
      {[](Patient& p) {
         p.machine.kernel = {"Prescott", "SkylakeX", "Prescott"};
       },
       "on the kernel Prescott, and SkylakeX fits", "set OPENBLAS_CORETYPE=SkylakeX"},
      {[](Patient& p) { p.machine.gradzoo_target = "portable"; }, "GRADZOO_TARGET=portable", "unset"},
      {[](Patient& p) { p.rates.stolen = 0.031; }, "gave 3 % of the CPUs' time", "another host"},
      {[](Patient& p) { p.rates.others = 1.5; }, "1.5 of 16 CPUs busy", "--threads"},
      {[](Patient& p) { p.machine.cpu_quota = 2.5; }, "use 2.5 CPUs, and the program takes 8",
       "--threads 2,"},
      {[](Patient& p) { p.machine.cpu_quota = 0.5; }, "use 0.5 CPUs", "--threads 1,"},
      {[](Patient& p) { p.machine.omp_num_threads = "3", p.machine.threads = 3; },
       "OMP_NUM_THREADS=3 leaves 5 of 8 cores idle", "unset OMP_NUM_THREADS"},
      {[](Patient& p) { p.machine.threads = 32; }, "32 threads share 16 CPUs", "unset OMP_NUM_THREADS"},
      {[](Patient& p) { p.rates.products.one = 49, p.rates.products.all = 300; },
       "have 49 of the 100 GFLOP/s", "younger OpenBLAS"},
      {[](Patient& p) { p.rates.products.all = 96; }, "8 threads are 1.20 times as fast as one", "one core"},
      {[](Patient& p) { p.machine.free_memory = int64_t{1} << 30; }, "1.0 GiB of memory are free", "1 GiB"},
      {[](Patient& p) { p.machine.cache.problem = "/home cannot be written to"; }, "clothing classifier",
       "/home cannot"},
  };
  for (const Row& row : rows) {
    Patient p = healthy();
    row.fall_ill(p);
    const std::vector<Ailment> found = ailments_of(p.machine, p.rates);
    INFO(row.what);
    REQUIRE(found.size() == 1);
    CHECK_MESSAGE(test::contains(found[0].what, row.what), found[0].what);
    CHECK_MESSAGE(test::contains(found[0].hint, row.hint), found[0].hint);
  }
}

TEST_CASE("a variable that holds OpenBLAS below the processor is an ailment where the processor has more") {
  Patient p = healthy();
  p.machine.kernel = {"Prescott", "Prescott", "Prescott"};
  p.machine.openblas_coretype = "Prescott";
  const bool has_more = kernels::processor_level() != kernels::SimdLevel::portable;
  CHECK(ailments_of(p.machine, p.rates).size() == (has_more ? 1 : 0));
}

}  // namespace
}  // namespace gradzoo
