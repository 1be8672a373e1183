#pragma once

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/error_message.h"
#include "support/paths.h"
#include "support/scratch.h"

/// Folders of learners, for the tests of the course.
namespace gradzoo::test {

inline std::string course_tests() { return source_dir() + "/tests/course"; }

struct Change {
  std::string from, to;
};

/// Changes of one file: a mistake, of the solution, with words of the hint that it must get; or what fills
/// the skeleton's gaps.
struct Edit {
  std::string name, file = {}, hint = {};
  std::vector<Change> changes = {};
};

/// "== name", then lines "file F", "from TEXT", "to TEXT", "hint TEXT"; a text goes on to the next such line.
inline std::vector<Edit> read_edits(const std::string& path) {
  std::vector<Edit> edits;
  std::istringstream lines(read_file(path));
  std::string* open = nullptr;
  const auto begins = [](const std::string& line, const std::string& word) {
    return line == word || line.starts_with(word + " ");
  };
  const auto rest = [](const std::string& line, const std::string& word) {
    return line.size() > word.size() ? line.substr(word.size() + 1) : "";
  };
  for (std::string line; std::getline(lines, line);) {
    if (begins(line, "==")) {
      edits.push_back({rest(line, "==")});
      open = nullptr;
    } else if (begins(line, "file")) {
      edits.back().file = rest(line, "file");
    } else if (begins(line, "from")) {
      edits.back().changes.push_back({rest(line, "from"), ""});
      open = &edits.back().changes.back().from;
    } else if (begins(line, "to")) {
      open = &edits.back().changes.back().to;
      *open = rest(line, "to");
    } else if (begins(line, "hint")) {
      edits.back().hint = rest(line, "hint");
      open = nullptr;
    } else if (open != nullptr) {
      *open += "\n" + line;
    }
  }
  return edits;
}

/// Puts `to` in the place of `from`, which must stand in the file once at least; false where it does not.
inline bool replace_in(const std::string& path, const Change& change) {
  std::string text = read_file(path);
  const size_t at = text.find(change.from);
  if (change.from.empty() || at == std::string::npos) return false;
  write_file(path, text.replace(at, change.from.size(), change.to));
  return true;
}

/// A folder with the reference solution: the skeleton with its gaps filled, but for one that is named.
inline void copy_solution(const std::string& folder, const std::string& open_gap = "") {
  std::filesystem::create_directories(folder);
  for (const char* name : {"value.h", "gradcheck.h", "array.h", "learn.h", "mine.h"})
    write_file(folder + "/" + name, read_file(source_dir() + "/course/skeleton/" + name));
  for (const Edit& edit : read_edits(course_tests() + "/solution.txt"))
    for (const Change& change : edit.changes) {
      if (!open_gap.empty() && contains(change.from, open_gap)) continue;
      REQUIRE_MESSAGE(replace_in(folder + "/" + edit.file, change), change.from);
    }
}

}  // namespace gradzoo::test
