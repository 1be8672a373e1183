#include <cstdio>

#include <fmt/format.h>

#include "autograd/kernels/threads/parallel.h"
#include "base/text.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/shared_options.h"
#include "tools/run/draw_picture.h"
#include "tools/uses/comparison.h"

namespace gradzoo {

int compare_command(const Arguments& arguments) {
  CompareRequest request;
  std::string page = "comparison.html", strip, markdown;
  int64_t threads = 0;
  bool json = false;
  CommandLine line("compare",
                   "Holds runs of different models on the same data against each other, on the test set: one "
                   "table, and a page with their samples.");
  line.positionals("RUN", request.runs, "run directories");
  line.option("--html", "FILE", page, "the page (default: comparison.html)");
  line.option("--markdown", "FILE", markdown,
              "x.md: the table for a page of Markdown, with a line of samples of each run beside it");
  line.option("--strip", "FILE", strip,
              "x.png: a row a run, the first of its samples that the classifier calls 0, 1, ... for sure");
  line.option("-n", "N", request.samples, "samples that a classifier measures (default: 1000)", 1, 10'000);
  line.option("--classifier", "RUN2", request.classifier,
              "measure images by this run of the classifier (default: the program's own, of MNIST and "
              "Fashion-MNIST)");
  line.option("--threads", "T", threads, "threads (default: the cores)", 1, kernels::kMaxThreads);
  line.flag("--json", json, "print one JSON array in place of the table");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  if (!strip.empty()) check_picture("compare", strip);
  request.strip = !strip.empty();
  use_threads(threads);
  const std::vector<ComparedRun> runs = compare_runs(request, stderr);
  fmt::print("{}\n", json ? comparison_json(runs) : comparison_table(runs));
  std::fflush(stdout);  // the page may fail, and this took minutes
  write_comparison(page, runs);
  if (!markdown.empty()) write_comparison_markdown(markdown, runs);
  if (!strip.empty()) write_png(strip, draw_picture(strip_of(runs)));
  if (!json) fmt::print("page: {}\n", printable(page));
  return 0;
}

}  // namespace gradzoo
