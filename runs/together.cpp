#include "runs/together.h"

#include <algorithm>
#include <span>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "autograd/kernels/gemm/blas_kernel.h"
#include "autograd/kernels/pointwise/peak.h"
#include "base/error.h"
#include "runs/config_file.h"

namespace gradzoo {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The first line of one that the other has not; "" where all are the same.
std::string first_difference(const std::string& theirs, const std::string& ours) {
  const std::vector<std::string> known = lines_of(ours);
  for (const std::string& line : lines_of(theirs)) {
    if (std::ranges::find(known, line) == known.end()) return line;
  }
  return "";
}

// The first process whose text is another than that of process 0; 0 where all have the same.
size_t first_other(const std::vector<std::string>& texts) {
  const auto other = std::ranges::find_if(texts, [&](const std::string& text) { return text != texts[0]; });
  return other == texts.end() ? 0 : static_cast<size_t>(other - texts.begin());
}

uint64_t fnv1a(std::span<const std::byte> bytes, uint64_t hash = 0xcbf29ce484222325u) {
  for (const std::byte b : bytes) hash = (hash ^ std::to_integer<uint64_t>(b)) * 0x100000001b3u;
  return hash;
}

}  // namespace

void check_shards(const Processes& processes, int64_t shards) {
  if (shards % processes.count() == 0) return;
  throw Error("{} processes do not divide shards={}. Hint: --set shards={}, or a multiple of it",
              processes.count(), shards, processes.count());
}

void check_same_kernels(Processes& processes) {
  if (processes.is_alone()) return;
  const std::vector<std::string> kernels = processes.all_gather(kernels_of_this_process());
  const size_t rank = first_other(kernels);
  if (rank == 0) return;
  throw Error(
      "process {} computes by {}, and process 0 by {}, which round differently. Hint: "
      "GRADZOO_TARGET=avx2 and OPENBLAS_CORETYPE=Haswell for all",
      rank, kernels[rank], kernels[0]);
}

void check_same_text(Processes& processes, const std::string& text) {
  if (processes.is_alone()) return;
  const std::vector<std::string> all = processes.all_gather(text);
  const size_t rank = first_other(all);
  if (rank == 0) return;
  throw Error(
      "process {} has '{}', and process 0 '{}'. Hint: all processes need the same program, settings and data",
      rank, first_difference(all[rank], all[0]), first_difference(all[0], all[rank]));
}

// With the program's version.
void check_same_run(Processes& processes, const RunOptions& options, const std::string& data_sha256) {
  check_same_kernels(processes);
  check_same_text(processes, config_text(options.entry().name, options.table(), data_sha256));
}

std::string fingerprint(const State& state) {
  std::string text;
  for (const State::Entry& entry : state.entries())
    text += fmt::format("{} {:016x}\n", entry.name, fnv1a(entry.bytes()));
  return text;
}

std::string kernels_of_this_process() {
  return fmt::format("{} and OpenBLAS {}", kernels::instruction_set(), kernels::blas_kernel().used);
}

std::string shared_text(Processes& processes, const std::string& text) {
  return processes.is_alone() ? text : processes.all_gather(processes.is_first() ? text : "")[0];
}

void share_state(Processes& processes, State& state) {
  if (processes.is_alone()) return;
  for (const State::Entry& entry : state.entries()) {
    std::vector<std::byte> bytes = entry.bytes();
    processes.broadcast(bytes);
    entry.restore(bytes.data());
  }
}

void TogetherObserver::bring_together() {
  if (processes_.is_alone()) return;
  session_.trainer.gather_rows();
  const std::vector<std::string> all = processes_.all_gather(fingerprint(session_.state));
  const size_t rank = first_other(all);
  if (rank == 0) return;
  const std::string entry = first_difference(all[rank], all[0]);
  throw Error(
      "step {}: process {} has come to another {} than process 0. Hint: processors that round differently? "
      "gradzoo-mpi doctor lists their kernels",
      session_.trainer.step(), rank, entry.empty() ? "state" : entry.substr(0, entry.rfind(' ')));
}

void TogetherObserver::on_log(const LogRow& row) {
  if (first_ != nullptr) first_->on_log(row);
}

void TogetherObserver::on_finish(FunctionRef<void()> finish) {
  if (first_ != nullptr)
    first_->on_finish(finish);
  else
    finish();
}

void TogetherObserver::on_epoch(int64_t step) {
  bring_together();
  if (first_ != nullptr) first_->on_epoch(step);
}

bool TogetherObserver::should_stop(int64_t step) {
  const bool stops = processes_.any(stop_.requested());
  if (stops) stop_.request();
  if (stops || (checkpoint_every_ > 0 && step % checkpoint_every_ == 0)) bring_together();
  if (first_ != nullptr) first_->should_stop(step);
  return stops;
}

}  // namespace gradzoo
