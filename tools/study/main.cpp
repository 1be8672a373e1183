#include <map>
#include <string>
#include <vector>

#include "tools/study/studies.h"

namespace {

using namespace gradzoo;

// The commands of this program, under the summaries that `gradzoo --help` prints.
std::vector<Command> studies() {
  const std::map<std::string, CommandFunction> functions = {
      {"list", list_command},           {"lab", lab_command},         {"verify", verify_command},
      {"gradcheck", gradcheck_command}, {"explain", explain_command}, {"bench", bench_command},
      {"course", course_command},       {"serve", serve_command},     {"doctor", doctor_command}};
  std::vector<Command> studies;
  for (const Command& command : commands()) {
    const auto found = functions.find(command.name);
    if (found != functions.end()) studies.push_back({command.name, command.summary, found->second});
  }
  return studies;
}

}  // namespace

int main(int, char** argv) { return run_command(argv, studies()); }
