#include "experiments/run_checkpoint.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/state/checkpoint.h"
#include "state/eight_bits.h"

namespace gradzoo {
namespace {

constexpr int64_t kFewNumbers = 4096;         // of a tensor that stays in 16 bits
constexpr uint64_t kLongestConfig = 1 << 20;  // in bytes

}  // namespace

Metadata run_metadata(const std::string& model, const DataShape& shape) {
  Metadata metadata{{"model", model},
                    {"example", fmt::format("{}", fmt::join(shape.example, "x"))},
                    {"classes", fmt::format("{}", shape.classes)}};
  nlohmann::json labels;
  for (const auto& [label, name] : shape.learned) labels[fmt::format("{}", label)] = name;
  if (!labels.empty())
    metadata["labels"] = labels.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return metadata;
}

void save_run_checkpoint(const RunDirectory& directory, const State& state, const std::string& model,
                         const DataShape& shape) {
  save_checkpoint(directory.checkpoint(), state, run_metadata(model, shape), Links::refuse);
}

void write_weights(OpenedRun& run, const RunDirectory& to) {
  const Model::Weights weights = run.model->weights();
  std::vector<SafetensorsTensor> tensors;
  for (size_t i = 0; i < weights.state.entries().size(); ++i) {
    const State::Entry& entry = weights.state.entries()[i];
    const bool is_weight = i < weights.of_learners && entry.dtype() == DType::f32;
    const std::vector<std::byte> bytes = entry.bytes();
    if (is_weight && entry.shape().size() >= kFewNumbers) {
      std::vector<float> values(bytes.size() / sizeof(float));
      std::memcpy(values.data(), bytes.data(), bytes.size());
      std::ranges::move(in_eight_bits(entry.name, entry.shape(), values), std::back_inserter(tensors));
    } else {
      tensors.push_back({entry.name, entry.dtype(), entry.shape(), bytes, is_weight});
    }
  }
  State step;
  step.add("trainer.step", run.step);
  const State::Entry& entry = step.entries().front();
  tensors.push_back({entry.name, entry.dtype(), entry.shape(), entry.bytes()});
  write_file_atomically(to.weights(),
                        to_safetensors(std::move(tensors), run_metadata(run.model_name(), run.shape)),
                        Links::refuse);
  const std::string config = read_plain_file(run.directory.config(), kLongestConfig, Links::refuse);
  write_file_atomically(to.config(), std::as_bytes(std::span(config)), Links::refuse);
}

}  // namespace gradzoo
