#include "gradzoo/base/program_name.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gradzoo {
namespace {

struct Name {
  std::string program = "gradzoo";
  std::vector<std::string> commands = {};
};

Name& name() {
  static Name of_program;
  return of_program;
}

}  // namespace

const std::string& program_name() { return name().program; }

void call_program(std::string program, std::vector<std::string> commands) {
  name() = {std::move(program), std::move(commands)};
}

std::string as_called(const std::string& text) {
  constexpr std::string_view kName = "gradzoo ";
  std::string out;
  size_t done = 0;
  for (size_t at = text.find(kName); at != std::string::npos; at = text.find(kName, at + 1)) {
    const size_t begin = at + kName.size();
    const std::string word = text.substr(begin, text.find_first_of(" .,;:\n'`", begin) - begin);
    if (std::ranges::find(name().commands, word) == name().commands.end()) continue;
    out += text.substr(done, at - done) + program_name() + " ";
    done = begin;
  }
  return out + text.substr(done);
}

}  // namespace gradzoo
