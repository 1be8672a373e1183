#include "gradzoo/state/checkpoint.h"

#include <algorithm>
#include <bit>
#include <limits>

#include <doctest/doctest.h>

#include "gradzoo/state/safetensors.h"
#include "support/error_message.h"
#include "support/file_size_limit.h"
#include "support/scratch.h"

namespace gradzoo {
using namespace test;
namespace {

struct Run {
  Tensor weights, mask;
  int64_t step;
  double best;
  Rng rng;
  State state;
  explicit Run(float value, uint64_t seed = 7)
      : weights(full({2, 3}, value)),
        mask(ones({3}, DType::u8)),
        step(static_cast<int64_t>(value)),
        best(value),
        rng(seed, "batches") {
    rng.set_draw(static_cast<uint64_t>(step));
    state.add("net.weights", weights);
    state.add("mask", mask);
    state.add("step", step);
    state.add("best", best);
    state.add("rng", rng);
  }
};

// A file that a Run made, its entries at will.
struct Forgery {
  std::vector<SafetensorsTensor> tensors;
  Metadata metadata = {{"model", "vae"}};
  explicit Forgery(const Run& run) {
    for (const State::Entry& e : run.state.entries())
      tensors.push_back({e.name, e.dtype(), e.shape(), e.bytes()});
  }
  SafetensorsTensor& operator[](std::string_view name) {
    return *std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.name == name; });
  }
  std::string bytes() const {
    const std::vector<std::byte> file = to_safetensors(tensors, metadata);
    return {reinterpret_cast<const char*>(file.data()), file.size()};
  }
};

// What loading `bytes` into a run says; the run must stay as it was where it says anything.
std::string refusal(const std::string& bytes, const LoadOptions& options = {.model = "vae"}) {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("c");
  write_file(path, bytes);
  Run run(1);
  const std::vector<std::byte> before = run.state.bytes();
  const std::string message = error_message([&] { load_checkpoint(path, run.state, options); });
  if (!message.empty()) {
    CHECK(run.state.bytes() == before);
    CHECK(message.find(path + ": ") == 0);
    CHECK(message.find("Hint: ") != std::string::npos);
  }
  return message.empty() ? "" : message.substr(path.size() + 2);
}

}  // namespace

TEST_CASE("a checkpoint gives back every bit, NaN and infinity too") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("checkpoint.safetensors");
  Run saved(3);
  float* w = saved.weights.mutable_data<float>();
  w[0] = std::bit_cast<float>(0x7fc12345u);  // a NaN with a payload
  w[1] = -std::numeric_limits<float>::infinity();
  w[2] = std::numeric_limits<float>::denorm_min();
  w[3] = -0.0f;
  saved.best = -std::numeric_limits<double>::quiet_NaN();
  save_checkpoint(path, saved.state, {{"model", "vae"}, {"dataset", "mnist"}});
  Run loaded(0);
  const Metadata metadata = load_checkpoint(path, loaded.state, {.model = "vae"});
  CHECK(loaded.state.bytes() == saved.state.bytes());
  CHECK(metadata.at("dataset") == "mnist");
  CHECK(scratch.entries() == 1);
}

TEST_CASE("a checkpoint opens as a plain safetensors file") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("c");
  save_checkpoint(path, Run(2).state);
  SafetensorsReader file(path);
  CHECK(file.read_tensor(*file.find("net.weights")).to_vector() == Doubles(6, 2.0));
  CHECK(file.read_tensor(*file.find("rng")).shape() == Shape{3});
}

TEST_CASE("a file that fits is loaded, and nothing of one that does not") {
  const Run other(2);
  CHECK(refusal(Forgery(other).bytes()).empty());
  const auto changed = [&](auto change) {
    Forgery forgery(other);
    change(forgery);
    return refusal(forgery.bytes());
  };
  CHECK(changed([](Forgery& f) { f.metadata["model"] = "gan"; }) ==
        "it is a checkpoint of 'gan', not of 'vae'. Hint: give a run of vae");
  CHECK(changed([](Forgery& f) { f.metadata.clear(); }).find("no known model") != std::string::npos);
  CHECK(changed([](Forgery& f) { f["step"].name = "stop"; }) ==
        "'step' is missing. Hint: open it with the settings that wrote it");
  CHECK(changed([](Forgery& f) {
          f.tensors.push_back({"extra", DType::u8, {0}, {}});
        }) == "'extra' is in the file, but not in this model. Hint: open it with the settings that wrote it");
  CHECK(changed([](Forgery& f) {
          f["net.weights"].shape = {3, 2};
        }) == "'net.weights' is f32 (3,2), not f32 (2,3). Hint: open it with the settings that wrote it");
  CHECK(changed([](Forgery& f) { f["net.weights"].dtype = DType::f64, f["net.weights"].shape = {3}; }) ==
        "'net.weights' is f64 (3), not f32 (2,3). Hint: open it with the settings that wrote it");
  CHECK(changed([](Forgery& f) { f["best"].dtype = DType::i64; }).find("'best' is i64 ()") == 0);
}

TEST_CASE("draws of another seed are refused before anything is loaded") {
  CHECK(refusal(Forgery(Run(2, 8)).bytes()) ==
        "'rng' was drawn with seed 8, not 7. Hint: continue with --seed 8");
}

TEST_CASE("a part of a checkpoint can be loaded on request") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("c");
  save_checkpoint(path, Run(2).state);
  Tensor weights = zeros({2, 3});
  State part;
  part.add("net.weights", weights);
  CHECK(error_message([&] { load_checkpoint(path, part); }).find("not in this model") != std::string::npos);
  load_checkpoint(path, part, {.partial = true});
  CHECK(weights.to_vector() == Doubles(6, 2.0));
}

TEST_CASE("a checkpoint cut short at any length, or with bytes behind, is refused and nothing loaded") {
  const std::string whole = Forgery(Run(2)).bytes();
  for (size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(refusal(whole.substr(0, length)).empty());
  }
  CHECK(refusal(whole + "x") ==
        "the last 1 bytes belong to no entry. Hint: the file is damaged, or not a safetensors file");
}

TEST_CASE("a checkpoint with any byte of its header changed is loaded whole or refused") {
  const std::string whole = Forgery(Run(2)).bytes();
  const size_t data = 8 + static_cast<size_t>(static_cast<unsigned char>(whole[0])) +
                      256 * static_cast<size_t>(static_cast<unsigned char>(whole[1]));
  int refused = 0;
  for (size_t at = 0; at < data; ++at)
    for (char flip : {'\x01', '\x10', '\x80'}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      refused += !refusal(bytes).empty();
    }
  CHECK(refused > 0);
}

TEST_CASE("a disk that fills up leaves the older checkpoint as it was") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("c");
  save_checkpoint(path, Run(2).state);
  const std::string older = read_file(path);
  std::string message;
  {
    const FileSizeLimit limit(100);
    message = error_message([&] { save_checkpoint(path, Run(3).state); });
  }
  CHECK(message.find("cannot write " + path) == 0);
  CHECK(read_file(path) == older);
  CHECK(scratch.entries() == 1);
  CHECK_FALSE(error_message([&] { save_checkpoint("/dev/full", Run(3).state); }).empty());
}

TEST_CASE("a file of before an optional entry opens, and leaves it as it is; one with it restores it") {
  const ScratchDirectory scratch;
  const std::string older = scratch.file("older"), newer = scratch.file("newer");
  Tensor missed = full({2}, 7, DType::i64);
  Run run(1);
  save_checkpoint(older, run.state);
  run.state.add_optional("missed", missed);
  save_checkpoint(newer, run.state);
  missed.mutable_data<int64_t>()[0] = 3;
  load_checkpoint(older, run.state);
  CHECK(missed.to_vector() == Doubles{3, 7});
  load_checkpoint(newer, run.state);
  CHECK(missed.to_vector() == Doubles{7, 7});
  missed = full({3}, 7, DType::i64);
  Run other(1);
  other.state.add_optional("missed", missed);
  CHECK(error_message([&] {
          load_checkpoint(newer, other.state);
        }).find("'missed' is i64 (2), not i64 (3)") != std::string::npos);
}

TEST_CASE("a missing checkpoint is named") {
  Run run(1);
  CHECK(error_message([&] { load_checkpoint("/absent/checkpoint.safetensors", run.state); }) ==
        "/absent/checkpoint.safetensors: the file does not exist. Hint: check the path");
}

}  // namespace gradzoo
