#include <algorithm>
#include <filesystem>
#include <string>

#include "experiments/run_report.h"
#include "fuzz/targets.h"
#include "gradzoo/experiments/metrics_log.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/state/checkpoint.h"

namespace gradzoo::fuzz {
namespace {

// Up to the next line that is %%, which is cut off as well.
std::string take_part(std::string_view& text) {
  constexpr std::string_view kMark = "%%\n";
  const size_t end = std::min(text.find(kMark), text.size());
  const std::string part(text.substr(0, end));
  text.remove_prefix(std::min(end + kMark.size(), text.size()));
  return part;
}

// As a resumed run has it before its first step, and with the report that it writes then.
void reopen(const OpenedRun& saved) {
  const SafetensorsReader checkpoint(saved.directory.checkpoint(), Links::refuse);
  RunData data(saved.options->data, saved.options->training);
  const auto session = [&] {
    const PoolLimit limit = limit_to_checkpoint(checkpoint);
    return Session(*saved.options, std::move(data));
  };
  Session resumed = session();
  MetricsLog log(saved.directory.metrics());
  load_checkpoint(checkpoint, resumed.state, {.model = saved.model_name()});
  log.cut_back(resumed.trainer.step());
  write_run_report({saved.directory, *saved.options, resumed});
}

}  // namespace

bool run(Bytes bytes) {
  static const test::ScratchDirectory scratch;
  const RunDirectory directory(scratch.file("run"));
  std::filesystem::create_directories(directory.samples());
  std::string_view text = text_of(bytes);
  write_anew(directory.config(), take_part(text));
  write_anew(directory.metrics(), take_part(text));
  write_anew(directory.checkpoint(), text);
  return accepts([&] { reopen(OpenedRun(directory.path())); });
}

}  // namespace gradzoo::fuzz
