#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/refusals.h"
#include "gradzoo/autograd/runtime.h"
#include "tools/doctor/machine.h"

using namespace gradzoo;
using Json = nlohmann::ordered_json;

namespace {

// Eight cores and no complaint, but for what the patch says.
Json patient(const char* patch) {
  Json machine =
      Json::parse(R"({"instructions": "AVX2", "cpus": 16, "allowed_cpus": 16, "cores": 8, "threads": 8,
    "free_memory_bytes": 8589934592, "others_cpus": 0, "stolen_share": 0, "blas_kernel": "Haswell",
    "blas_kernel_that_fits": "Haswell", "instructions_gflops": {"one_thread": 100, "all": 700},
    "products_gflops": {"one_thread": 80, "all": 500}})");
  machine.merge_patch(Json::parse(patch));
  return machine;
}

TEST_CASE("a machine that is well has no ailment") { CHECK(ailments_of(patient("{}")).empty()); }

TEST_CASE("each ailment is named alone, with its numbers and what to do") {
  const struct {
    const char *patch, *what, *hint;
  } rows[] = {
      {R"({"data": {"problem": "mnist: its folder is not there"}})", "data are not found",
       "its folder is not"},
      {R"({"blas_kernel": "Prescott", "blas_kernel_that_fits": "SkylakeX"})",
       "on the kernel Prescott, but SkylakeX fits", "set OPENBLAS_CORETYPE=SkylakeX"},
      {R"({"environment": {"GRADZOO_TARGET": "portable"}})", "GRADZOO_TARGET=portable", "unset"},
      {R"({"stolen_share": 0.031})", "gave 3 % of the CPUs' time", "another host"},
      {R"({"others_cpus": 1.5})", "1.5 of 16 CPUs busy", "--threads"},
      {R"({"cpu_quota": 2.5})", "use 2.5 CPUs, but the program uses 8 threads", "--threads 2,"},
      {R"({"cpu_quota": 0.5})", "use 0.5 CPUs", "--threads 1,"},
      {R"({"environment": {"OMP_NUM_THREADS": "3"}, "threads": 3})",
       "OMP_NUM_THREADS=3 leaves 5 of 8 cores idle", "unset OMP_NUM_THREADS"},
      {R"({"threads": 32})", "32 threads share 16 CPUs", "unset OMP_NUM_THREADS"},
      {R"({"products_gflops": {"one_thread": 49, "all": 300}})", "reach 49 of the 100 GFLOP/s",
       "newer OpenBLAS"},
      {R"({"products_gflops": {"all": 96}})", "8 threads are 1.20 times as fast as one", "one core"},
      {R"({"round_trip_ns": 406})", "takes 406 ns from one core to another", "--threads 1"},
      {R"({"free_memory_bytes": 1073741824})", "1.0 GiB of memory are free", "1 GiB"},
      {R"({"cache": {"problem": "/home cannot be written to"}})", "clothing classifier", "/home cannot"},
  };
  for (const auto& row : rows) {
    const Json found = ailments_of(patient(row.patch));
    INFO(std::string(row.what));
    REQUIRE(found.size() == 1);
    CHECK_MESSAGE(test::contains(text_at(found[0], "what"), row.what), found.dump());
    CHECK_MESSAGE(test::contains(text_at(found[0], "hint"), row.hint), found.dump());
  }
}

TEST_CASE("a variable that holds OpenBLAS below the processor is an ailment where the processor has more") {
  const Json held = patient(R"({"blas_kernel": "Prescott", "blas_kernel_that_fits": "Prescott",
    "environment": {"OPENBLAS_CORETYPE": "Prescott"}})");
  const bool has_more = !better_blas_kernel("Prescott").empty();
  CHECK(ailments_of(held).size() == (has_more ? 1 : 0));
}

TEST_CASE("multiply-adds are counted: ten chains of whole vectors a round") {
  const double of_one = run_multiply_adds(1);
  for (const double lanes : {4.0, 8.0, 16.0}) {
    if (std::string(instruction_set()) == (lanes == 16 ? "AVX-512" : lanes == 8 ? "AVX2" : "NEON"))
      CHECK(of_one == 20 * lanes);
  }
  CHECK(run_multiply_adds(1000) == 1000 * of_one);
}

TEST_CASE("gradzoo doctor prints one page, or one object with the same machine, which is possible") {
  using namespace gradzoo::test;
  const ScratchDirectory scratch;
  const ProcessResult text = run_ok("doctor --threads 1", scratch.file(""));
  const Json object = Json::parse(run_gradzoo("doctor --json --threads 1", scratch.file("")).out);
  check_says(text.out, {"kernel", "GFLOP/s", "convolutions"});
  const auto row = [&](const std::string& name) {
    const size_t begin = text.out.rfind("\n  " + name) + 1;
    return text.out.substr(begin, text.out.find('\n', begin) - begin);
  };
  for (const char* name : {"products", "convolutions"})
    CHECK(contains(row(name), " %)"));  // of the instructions
  for (const char* name : {"instructions", "memory"}) CHECK_FALSE(contains(row(name), "%"));
  for (const char* key : {"processor", "instructions", "blas", "blas_kernel", "data/path", "cache/path"})
    CHECK_MESSAGE(contains(text.out, text_at(object, key)), text.out);
  CHECK(object["threads"] == 1);
  CHECK(object["cores"] >= 1);
  CHECK(object["cores"] <= object["allowed_cpus"]);
  CHECK(object["allowed_cpus"] <= object["cpus"]);
  double before = 0;
  for (const Json& cache : object["caches"]) {  // each level larger than the one before
    CHECK(cache["bytes"] > before);
    CHECK(cache["cpus"] >= 1);
    before = cache["bytes"];
  }
  CHECK(object["free_memory_bytes"] > int64_t{1} << 27);
  CHECK(object["free_memory_bytes"] <= object["memory_bytes"]);
  CHECK(object["others_cpus"] <= object["cpus"]);
  CHECK(object["stolen_share"] <= 1);
  CHECK(object["data"]["problem"].is_null());
  CHECK(object["round_trip_ns"].is_null() == (object["cores"] == 1));
  if (object["cores"] > 1) CHECK(object["round_trip_ns"] > 1);
  for (const std::string rate :
       {"instructions_gflops", "products_gflops", "convolutions_gflops", "memory_gb_per_s"}) {
    INFO(rate);
    CHECK(object[rate]["one_thread"] > 0.1);
    CHECK(object[rate]["all"] == object[rate]["one_thread"]);  // one thread is all
  }
  // No product has more than the instructions give, and none so little; the rest is for a clock that changes.
  const double share =
      number_at(object, "products_gflops/one_thread") / number_at(object, "instructions_gflops/one_thread");
  CHECK(share < 2);
  CHECK(share > 0.02);
  CHECK(files_in(scratch.file("")).empty());
}

}  // namespace
