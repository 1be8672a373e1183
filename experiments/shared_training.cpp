#include "gradzoo/experiments/shared_training.h"

#include <optional>
#include <span>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/error.h"
#include "gradzoo/experiments/config_file.h"

namespace gradzoo {
namespace {

// The first line of one that the other has not; "" where all are the same.
std::string first_difference(const std::string& theirs, const std::string& ours) {
  std::istringstream lines(theirs);
  for (std::string line; std::getline(lines, line);)
    if (("\n" + ours + "\n").find("\n" + line + "\n") == std::string::npos) return line;
  return "";
}

/// The first process whose text is another than that of process 0, and the first line that each alone has.
struct Other {
  size_t rank;
  std::string line, line_of_0;
};

std::optional<Other> other_of(Processes& processes, const std::string& mine) {
  const std::vector<std::string> all = processes.all_gather(mine);
  for (size_t rank = 1; rank < all.size(); ++rank)
    if (all[rank] != all[0])
      return Other{rank, first_difference(all[rank], all[0]), first_difference(all[0], all[rank])};
  return {};
}

uint64_t fnv1a(std::span<const std::byte> bytes, uint64_t hash = 0xcbf29ce484222325u) {
  for (const std::byte b : bytes) hash = (hash ^ std::to_integer<uint64_t>(b)) * 0x100000001b3u;
  return hash;
}

}  // namespace

void check_same_kernels(Processes& processes) {
  if (const std::optional<Other> other = other_of(processes, kernels_of_this_process()))
    throw Error(
        "process {} computes with {}, and process 0 with {}, which round differently. Hint: set "
        "GRADZOO_TARGET=avx2 and OPENBLAS_CORETYPE=Haswell for all processes",
        other->rank, other->line, other->line_of_0);
}

void check_same_text(Processes& processes, const std::string& text) {
  if (const std::optional<Other> other = other_of(processes, text))
    throw Error(
        "process {} has '{}', and process 0 has '{}'. Hint: start all processes with the same program, "
        "settings and data",
        other->rank, other->line, other->line_of_0);
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
  return fmt::format("{} and OpenBLAS {}", instruction_set(), blas_kernel().used);
}

std::string shared_text(Processes& processes, const std::string& text) {
  return processes.is_alone() ? text : processes.all_gather(processes.is_first() ? text : "")[0];
}

void share_state(Processes& processes, State& state) {
  if (processes.is_alone()) return;
  for (const State::Entry& entry : state.entries()) {
    const std::vector<std::byte> mine = entry.bytes();
    const std::string bytes =
        shared_text(processes, std::string(reinterpret_cast<const char*>(mine.data()), mine.size()));
    entry.restore(std::as_bytes(std::span(bytes)));
  }
}

void SharedTrainingObserver::bring_together() {
  if (processes_.is_alone()) return;
  session_.trainer.gather_rows();
  if (const std::optional<Other> other = other_of(processes_, fingerprint(session_.state)))
    throw Error(
        "step {}: process {} has another {} than process 0. Hint: compare the processors' kernels, which may "
        "round differently, with gradzoo-mpi doctor",
        session_.trainer.step(), other->rank,
        other->line.empty() ? "state" : other->line.substr(0, other->line.rfind(' ')));
}

void SharedTrainingObserver::on_log(const LogRow& row) {
  if (first_ != nullptr) first_->on_log(row);
}

void SharedTrainingObserver::on_finish(FunctionRef<void()> finish) {
  if (first_ != nullptr)
    first_->on_finish(finish);
  else
    finish();
}

void SharedTrainingObserver::on_epoch(int64_t step) {
  bring_together();
  if (first_ != nullptr) first_->on_epoch(step);
}

bool SharedTrainingObserver::should_stop(int64_t step) {
  const bool stops = processes_.any(stop_.requested());
  if (stops) stop_.request();
  if (stops || (checkpoint_every_ > 0 && step % checkpoint_every_ == 0)) bring_together();
  if (first_ != nullptr) first_->should_stop(step);
  return stops;
}

}  // namespace gradzoo
