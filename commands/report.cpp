#include <fmt/format.h>

#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/commands.h"
#include "gradzoo/commands/shared_options.h"
#include "gradzoo/commands/values.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/training.h"
#include "gradzoo/experiments/uses/sample_quality.h"

namespace gradzoo {

int report_command(const Arguments& arguments) {
  std::string run;
  int64_t threads = 0;
  CommandLine line("report",
                   "Makes a run's pictures and report.html again, from its checkpoint. Use it if the run was "
                   "killed, or if its report was deleted.",
                   {{"gradzoo report runs/vae-1", "writes runs/vae-1/report.html"}});
  line.positional("RUN", run, "a run directory");
  line.completes("RUN", runs_known);
  add_threads(line, threads);
  if (!line.read(arguments)) return 0;
  const RunMode mode(threads);
  renew_report(run, stdout, watch_samples);
  fmt::print("report:  {}\n", printable(RunDirectory(run).report()));
  return 0;
}

}  // namespace gradzoo
