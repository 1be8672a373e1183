#pragma once

#include <functional>
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
int lab_command(const Arguments& arguments);
int verify_command(const Arguments& arguments);
int gradcheck_command(const Arguments& arguments);
int data_command(const Arguments& arguments);
int explain_command(const Arguments& arguments);
int bench_command(const Arguments& arguments);
int doctor_command(const Arguments& arguments);

/// A use of finished runs (tools/uses/use.h): all of them by one driver.
struct Use;
int use_command(const Use& use, const Arguments& arguments);

struct Command {
  std::string name;
  std::string summary;  // a line of `gradzoo --help`
  std::function<int(const Arguments& arguments)> run;
};

/// Every sub-command, in the order of the help.
std::span<const Command> commands();

/// `gradzoo` as a function of main's argv: prints what is asked for, returns the exit status. Every Error
/// becomes one line on stderr and status 1.
int run_command(char** argv);

}  // namespace gradzoo
