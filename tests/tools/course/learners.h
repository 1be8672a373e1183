#pragma once

#include <cctype>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "support/paths.h"
#include "support/scratch.h"

/// Folders of learners, for the tests of the course.
namespace gradzoo::test {

inline std::string course_tests() { return source_dir() + "/tests/course"; }

/// A folder with the reference solution.
inline void copy_solution(const std::string& folder) {
  std::filesystem::create_directories(folder);
  for (const auto& file : std::filesystem::directory_iterator(course_tests() + "/solutions"))
    std::filesystem::copy_file(file.path(), folder + "/" + file.path().filename().string());
}

/// Puts `to` in the place of `from`, which must stand in the file once at least; false where it does not.
inline bool replace_in(const std::string& path, const std::string& from, const std::string& to) {
  std::string text = read_file(path);
  const size_t at = text.find(from);
  if (from.empty() || at == std::string::npos) return false;
  write_file(path, text.replace(at, from.size(), to));
  return true;
}

}  // namespace gradzoo::test
