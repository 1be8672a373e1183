#include "gradzoo/base/folders.h"

#include <cstdlib>

#include <doctest/doctest.h>

#include "support/error_message.h"
#include "support/paths.h"
#include "support/scratch.h"

using namespace gradzoo;

TEST_CASE("what comes with the program is where a variable says, else in the source tree") {
  const auto find = [] { return find_data_folder("course", "skeleton", "GRADZOO_TEST_FOLDER"); };
  CHECK(std::filesystem::equivalent(find(), test::source_dir() + "/course"));
  const test::ScratchDirectory scratch;
  ::setenv("GRADZOO_TEST_FOLDER", scratch.file("").c_str(), 1);
  CHECK(test::error_message(find) == "course: skeleton is not at " + scratch.file("skeleton") +
                                         ". Hint: set GRADZOO_TEST_FOLDER to the folder that holds it");
  std::filesystem::create_directory(scratch.file("skeleton"));
  CHECK(std::filesystem::equivalent(find(), scratch.file("")));
  ::unsetenv("GRADZOO_TEST_FOLDER");
}

TEST_CASE("the program that runs is a file, and beside it lies what was built with it") {
  CHECK(program_path().is_absolute());
  CHECK(program_path().filename() == "base_tests");
}
