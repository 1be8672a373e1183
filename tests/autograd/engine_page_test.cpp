// docs/engine.md quotes the engine: what it says of a line is held to stand there.
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/error_message.h"
#include "support/paths.h"

using gradzoo::test::contains;

namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& file) {
  std::ifstream in(gradzoo::test::source_dir() + "/" + file);
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string trimmed(const std::string& line) {
  const size_t begin = line.find_first_not_of(' ');
  return begin == std::string::npos ? "" : line.substr(begin);
}

}  // namespace

TEST_CASE(
    "docs/engine.md: each linked line has the symbol that the link names, each quoted line stands in a "
    "linked file") {
  const std::regex link(R"(\[`([^`]+)`\]\(\.\./([^)#]+)#L(\d+)\))");
  std::map<std::string, Lines> files;
  std::set<std::string> code;  // every line of the linked files
  Lines quoted;
  bool inside = false;
  size_t links = 0;
  for (const std::string& line : lines_of("docs/engine.md")) {
    if (line.starts_with("```")) {
      inside = line == "```cpp";
      continue;
    }
    if (inside) quoted.push_back(trimmed(line));
    for (std::sregex_iterator match(line.begin(), line.end(), link), end; match != end; ++match) {
      const std::string symbol = (*match)[1], file = (*match)[2];
      const size_t number = std::stoul((*match)[3]);
      if (!files.contains(file)) {
        files[file] = lines_of(file);
        for (const std::string& each : files[file]) code.insert(trimmed(each));
      }
      ++links;
      size_t place = 0;
      for (size_t i = 0; i < files[file].size() && place == 0; ++i)
        if (contains(files[file][i], symbol)) place = i + 1;
      CHECK_MESSAGE((number <= files[file].size() && contains(files[file][number - 1], symbol)), "`", symbol,
                    "` is not at ", file, "#L", number, "; its first place is line ", place);
    }
  }
  CHECK(links >= 20);
  CHECK(quoted.size() >= 60);
  for (const std::string& line : quoted) {
    if (!line.empty() && line != "...") CHECK_MESSAGE(code.contains(line), "not in a linked file: ", line);
  }
}
