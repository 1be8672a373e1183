#include "models/eval/c2st.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "autograd/kernels/threads/parallel.h"
#include "base/error.h"
#include "base/text.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/shared_options.h"
#include "tools/plot/image.h"
#include "tools/run/draw_picture.h"
#include "tools/uses/two_samples.h"

namespace gradzoo {
namespace {

constexpr double kLevel = 0.05;

std::string verdict(const C2stResult& found) {
  return found.p_value <= kLevel ? "told apart at the 5 % level" : "not told apart at the 5 % level";
}

std::string text_of(const TwoSets& sets, const C2stResult& found, int64_t permutations) {
  std::string text = fmt::format("A: {} of {}\nB: {} of {}\n", sets.a.samples.dim(0), printable(sets.a.told),
                                 sets.b.samples.dim(0), printable(sets.b.told));
  if (sets.binary) text += "pixels are drawn, 0 or 1, on both sides\n";
  text += fmt::format("  statistic  {:<10.4g} mean logit of held-out A less that of B\n", found.statistic);
  text += fmt::format("  p          {:<10.4g} share of {} relabellings that do as well: {}\n", found.p_value,
                      permutations + 1, verdict(found));
  text +=
      fmt::format("  accuracy   {:<10.4g} on {} held-out ones; 0.5 is chance, and no test is made of it\n",
                  found.accuracy, found.rows_a.dim(0) + found.rows_b.dim(0));
  return text;
}

}  // namespace

int c2st_command(const Arguments& arguments) {
  C2stOptions options;
  std::string a, b, out = "c2st.png";
  int64_t count = 1000, seed = 0, threads = 0;
  bool json = false;
  CommandLine line(
      "c2st",
      "Are these two sets of samples from one law? A classifier learns a half of both; its logits "
      "on the rest, relabelled at random, give a p-value that holds whatever it is worth.");
  line.positional("A", a, "a run directory (its samples), or a dataset (its test examples)");
  line.positional("B", b, "the same, or: test, data (test or training examples of what run A learned)");
  line.option("-n", "N", count, "examples of each (default: 1000)", kC2stFewest, 60'000);
  line.option("--held-out", "SHARE", options.held_out, "share that the classifier never sees (default: 0.5)",
              0.05, 0.95);
  line.option("--epochs", "N", options.epochs, "of the classifier (default: 10 of images, 40 of points)", 1,
              10'000);
  line.option("--permutations", "N", options.permutations, "relabellings (default: 999)", 19, 1'000'000);
  line.option("--out", "FILE", out, "x.png: what it was surest about (default: c2st.png)");
  add_seed(line, seed, "of what is chosen, learned and relabelled (default: 0)");
  add_threads(line, threads);
  line.flag("--json", json, "print one JSON object");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  check_picture("c2st", out);
  kernels::set_flush_denormals(true);
  use_threads(threads);
  options.seed = static_cast<uint64_t>(seed);
  const TwoSets sets = two_sets(a, b, count, options.seed);
  const C2stResult found = c2st(sets.a.samples, sets.b.samples, options);
  write_png(out, draw_picture(surest_picture(sets, found)));
  if (json) {
    const nlohmann::ordered_json object{{"a", sets.a.told},
                                        {"b", sets.b.told},
                                        {"examples", count},
                                        {"held_out", found.rows_a.dim(0)},
                                        {"binary", sets.binary},
                                        {"statistic", found.statistic},
                                        {"p_value", found.p_value},
                                        {"permutations", options.permutations},
                                        {"accuracy", found.accuracy},
                                        {"seed", seed},
                                        {"file", out}};
    fmt::print("{}\n", object.dump());
  } else {
    fmt::print("{}{}\n", text_of(sets, found, options.permutations), printable(out));
  }
  return 0;
}

}  // namespace gradzoo
