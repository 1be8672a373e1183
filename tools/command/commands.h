#pragma once

#include <span>
#include <string>
#include <vector>

namespace gradzoo {

/// What follows the sub-command's name.
using Arguments = std::vector<std::string>;

/// Each sub-command returns the exit status; what the user got wrong is thrown as an Error.
int list_command(const Arguments& arguments);
int train_command(const Arguments& arguments);
int report_command(const Arguments& arguments);
int sample_command(const Arguments& arguments);
int inpaint_command(const Arguments& arguments);
int interpolate_command(const Arguments& arguments);
int denoise_command(const Arguments& arguments);
int anomaly_command(const Arguments& arguments);
int compose_command(const Arguments& arguments);
int eval_command(const Arguments& arguments);
int logz_command(const Arguments& arguments);
int compare_command(const Arguments& arguments);
int c2st_command(const Arguments& arguments);
int lab_command(const Arguments& arguments);
int verify_command(const Arguments& arguments);
int gradcheck_command(const Arguments& arguments);
int data_command(const Arguments& arguments);
int explain_command(const Arguments& arguments);
int bench_command(const Arguments& arguments);

struct Command {
  std::string name;
  std::string summary;  // a line of `gradzoo --help`
  int (*run)(const Arguments& arguments);
};

/// Every sub-command, in the order of the help.
inline std::span<const Command> commands() {
  static const Command kCommands[] = {
      {"list", "models, datasets, samplers and ops that there are", list_command},
      {"train", "train a model into a run directory", train_command},
      {"report", "make a run's pictures and report.html anew", report_command},
      {"sample", "draw samples from a run", sample_command},
      {"inpaint", "draw the hidden half of test images given the other", inpaint_command},
      {"interpolate", "draw what lies between the codes of two images", interpolate_command},
      {"denoise", "take Gaussian noise off test examples", denoise_command},
      {"anomaly", "tell images of the kind that a run learned from others", anomaly_command},
      {"compose", "sample the product of what several runs learned", compose_command},
      {"eval", "evaluate a run on images that it was not trained on", eval_command},
      {"logz", "find the normalising constant of a run of binary units", logz_command},
      {"compare", "hold runs of different models on the same data against each other", compare_command},
      {"c2st", "tell whether two sets of samples are from one law", c2st_command},
      {"lab", "run a small experiment that shows one idea", lab_command},
      {"verify", "hold what theory and papers say against this machine", verify_command},
      {"gradcheck", "check every derivative of ops", gradcheck_command},
      {"data", "look a dataset over: data check", data_command},
      {"explain", "step through a small computation and its gradients", explain_command},
      {"bench", "time training steps on this machine", bench_command},
  };
  return kCommands;
}

/// `gradzoo` as a function: prints what is asked for, returns the exit status. Every Error becomes one line
/// on stderr and status 1.
int run_command(const Arguments& arguments);

}  // namespace gradzoo
