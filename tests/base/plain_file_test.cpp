#include "gradzoo/base/plain_file.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "support/as_nobody.h"
#include "support/error_message.h"
#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("a plain file is read whole, and in parts") {
  const ScratchDirectory scratch;
  const std::string bytes("one\0two\n", 8);
  write_file(scratch.file("a"), bytes);
  CHECK(read_plain_file(scratch.file("a"), 8) == bytes);
  const PlainFile file(scratch.file("a"));
  CHECK(file.size() == 8);
  std::byte part[3];
  file.read(4, part);
  CHECK(static_cast<char>(part[2]) == 'o');
  CHECK(contains(error_message([&] { file.read(6, part); }), "to its end"));
  CHECK(contains(error_message([&] { read_plain_file(scratch.file("a"), 7); }),
                 "the file has 8 bytes, and at most 7 are read"));
}

TEST_CASE("what is no plain file is refused by its kind, and never waited for") {
  const ScratchDirectory scratch;
  ::mkfifo(scratch.file("pipe").c_str(), 0600);
  const auto refusal = [](const std::string& path) { return error_message([&] { PlainFile file(path); }); };
  CHECK(contains(refusal(scratch.file("pipe")), "a pipe or socket"));
  CHECK(contains(refusal(scratch.file("")), "a folder"));
  CHECK(contains(refusal("/dev/zero"), "a device"));
  CHECK(contains(refusal(scratch.file("absent")), "does not exist"));
}

TEST_CASE("what lies in a folder that may not be entered is not said to be missing") {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.file("locked"));
  check_visible(scratch.file("locked/absent"));
  check_visible(scratch.file("absent/absent"));
  write_file(scratch.file("a"), "x");
  check_visible(scratch.file("a"));
  check_visible(scratch.file("a/below"));
  ::chmod(scratch.file("").c_str(), 0755);
  ::chmod(scratch.file("locked").c_str(), 0);
  {
    const AsNobody nobody(scratch.file(""));
    if (!nobody.holds()) return;
    for (const std::string& path : {scratch.file("locked/absent"), scratch.file("locked/a/b")})
      CHECK(error_message([&] { check_visible(path); }) ==
            path + ": the file cannot be read: Permission denied. Hint: check its permissions");
    check_visible(scratch.file("locked"));
  }
  ::chmod(scratch.file("locked").c_str(), 0700);
}

TEST_CASE("a link leads on where the user named it alone") {
  const ScratchDirectory scratch;
  write_file(scratch.file("a"), "x");
  std::filesystem::create_symlink("a", scratch.file("link"));
  std::filesystem::create_symlink("nowhere", scratch.file("loose"));
  CHECK(read_plain_file(scratch.file("link"), 1) == "x");
  CHECK(contains(error_message([&] { PlainFile(scratch.file("link"), Links::refuse); }), "a link"));
  CHECK(contains(error_message([&] { check_plain_or_absent(scratch.file("loose")); }), "a link"));
  check_plain_or_absent(scratch.file("a"));
  check_plain_or_absent(scratch.file("absent"));
}
