#include "gradzoo/base/atomic_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gradzoo/base/error.h"
#include "support/as_nobody.h"
#include "support/error_message.h"
#include "support/file_size_limit.h"
#include "support/scratch.h"

namespace gradzoo {
using namespace test;
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  write_file_atomically(path.string(), std::as_bytes(std::span(text)));
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string message_of_writing(const fs::path& path, const std::string& text) {
  try {
    write(path, text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("an atomic write makes the file, replaces it, and leaves nothing beside it") {
  const ScratchDirectory scratch;
  const fs::path file = scratch.path() / "a.bin";
  write(file, "");
  CHECK(fs::exists(file));
  const std::string binary("one\0two\n", 8);
  write(file, binary);
  CHECK(read(file) == binary);
  write(file, "x");
  CHECK(read(file) == "x");
  CHECK(scratch.entries() == 1);
}

TEST_CASE("a write leaves no descriptor open, whether it succeeds or not") {
  const ScratchDirectory scratch;
  const auto open_descriptors = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = open_descriptors();
  for (int i = 0; i < 3; ++i) {
    write(scratch.path() / "a", "text");
    CHECK(message_of_writing(scratch.path() / "absent" / "a", "text") != "");
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a folder that may be written and not read gets the file, without a warning") {
  const ScratchDirectory scratch, elsewhere;
  fs::create_directory(scratch.path() / "drop");
  ::chmod(scratch.file("").c_str(), 0755);
  ::chmod(scratch.file("drop").c_str(), 0333);
  const std::string heard = elsewhere.file("stderr");
  const int err = ::fcntl(2, F_DUPFD_CLOEXEC, 3), to = ::open(heard.c_str(), O_WRONLY | O_CREAT, 0600);
  ::dup2(to, 2);
  {
    const AsNobody nobody(scratch.file(""));
    if (nobody.holds()) write(scratch.path() / "drop" / "a", "text");
  }
  ::dup2(err, 2);
  for (const int descriptor : {err, to}) ::close(descriptor);
  ::chmod(scratch.file("drop").c_str(), 0700);
  CHECK(read(heard) == "");
}

TEST_CASE("a new file has the permissions that the user's umask allows") {
  const ScratchDirectory scratch;
  const mode_t before = ::umask(027);
  write(scratch.path() / "a", "x");
  ::umask(before);
  struct stat status {};
  REQUIRE(::stat((scratch.path() / "a").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("a file that is written again keeps its permissions") {
  const ScratchDirectory scratch;
  for (const mode_t mode : {0600U, 0444U, 0664U}) {
    write(scratch.path() / "a", "x");
    ::chmod((scratch.path() / "a").c_str(), mode);
    write(scratch.path() / "a", "y");
    struct stat status {};
    REQUIRE(::stat((scratch.path() / "a").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == mode);
  }
}

TEST_CASE("a name that a killed writer of the same process number left behind is passed over, then removed") {
  const ScratchDirectory scratch;
  for (int i = 0; i < 200; ++i)
    std::ofstream(scratch.file(".gradzoo-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp"));
  fs::create_symlink("a", scratch.path() / ".gradzoo-1-1.tmp");
  write(scratch.path() / "a", "x");
  CHECK(read(scratch.path() / "a") == "x");
  remove_stale_temporaries(scratch.file(""));
  CHECK(scratch.entries() == 2);  // the file, and the link, which is none of ours
}

TEST_CASE(
    "a program whose standard input is closed writes a file, whose descriptor is 0, and nothing beside it") {
  const ScratchDirectory scratch;
  const int input = ::fcntl(0, F_DUPFD_CLOEXEC, 3);
  ::close(0);
  write(scratch.path() / "a", "text");
  if (input >= 0) {
    ::dup2(input, 0);
    ::close(input);
  }
  CHECK(read(scratch.path() / "a") == "text");
  CHECK(scratch.entries() == 1);
}

TEST_CASE("a temporary that is being written is not stale") {
  const ScratchDirectory scratch;
  const std::string name = scratch.file(".gradzoo-1-1.tmp");
  const int writer = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  REQUIRE(::flock(writer, LOCK_EX | LOCK_NB) == 0);
  remove_stale_temporaries(scratch.file(""));
  CHECK(fs::exists(name));
  ::close(writer);
  remove_stale_temporaries(scratch.file(""));
  CHECK_FALSE(fs::exists(name));
}

TEST_CASE("where links are refused, nothing is written through one, or into a device") {
  const ScratchDirectory scratch;
  write(scratch.path() / "target", "old");
  fs::create_symlink("target", scratch.path() / "link");
  const auto refusal = [](const std::string& path) {
    return error_message(
        [&] { write_file_atomically(path, std::as_bytes(std::span("new")), Links::refuse); });
  };
  CHECK(contains(refusal(scratch.file("link")), "a link"));
  CHECK(contains(refusal("/dev/null"), "a device"));
  CHECK(read(scratch.path() / "target") == "old");
  CHECK(scratch.entries() == 2);
}

TEST_CASE("a file name of the greatest allowed length can be written") {
  const ScratchDirectory scratch;
  write(scratch.path() / std::string(255, 'n'), "x");
  CHECK(scratch.entries() == 1);
}

TEST_CASE("a write that fails half-way keeps the old file and removes the temporary one") {
  const ScratchDirectory scratch;
  const fs::path file = scratch.path() / "a.bin";
  write(file, "the old contents");
  std::string message;
  {
    const FileSizeLimit limit(1000);
    message = message_of_writing(file, std::string(100'000, 'z'));
  }
  CHECK(message.find("cannot write " + file.string() + ": File too large. Hint: ") == 0);
  CHECK(read(file) == "the old contents");
  CHECK(scratch.entries() == 1);
}

TEST_CASE("a full disk is named with its path and a hint") {
  if (!fs::exists("/dev/full")) return;
  CHECK(message_of_writing("/dev/full", "x") ==
        "cannot write /dev/full: No space left on device. Hint: free some space, or choose a directory on "
        "another disk");
}

TEST_CASE("places where no file can be made are refused with the reason") {
  const ScratchDirectory scratch;
  write(scratch.path() / "file", "x");
  CHECK(message_of_writing(scratch.path() / "absent" / "a", "x").find("No such file or directory") !=
        std::string::npos);
  CHECK(message_of_writing(scratch.path() / "file" / "a", "x").find("Not a directory") != std::string::npos);
  CHECK(message_of_writing(scratch.path(), "x").find("Is a directory") != std::string::npos);
  // Linux says ENOENT there, though the folder exists.
  CHECK(message_of_writing("/proc/gradzoo-cannot-be-here", "x") ==
        "cannot write /proc/gradzoo-cannot-be-here: Permission denied. Hint: choose a directory that you may "
        "write to");
  CHECK(reason_for_no_file("gradzoo-here", ENOENT) == EACCES);
  CHECK(reason_for_no_file(scratch.file("absent/a"), ENOENT) == ENOENT);
  CHECK(reason_for_no_file(scratch.file("a"), ENOSPC) == ENOSPC);
  CHECK(scratch.entries() == 1);
}

TEST_CASE("a read-only directory is refused and left alone") {
  const ScratchDirectory scratch;
  fs::permissions(scratch.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_exec);
  std::string message;
  {
    const AsNobody nobody(scratch.file(""));
    if (!nobody.holds()) return;
    message = message_of_writing(scratch.path() / "a", "x");
  }
  fs::permissions(scratch.path(), fs::perms::owner_all);
  CHECK(message.find("Permission denied. Hint: choose a directory that you may write to") !=
        std::string::npos);
  CHECK(scratch.entries() == 0);
}

TEST_CASE("a symbolic link stays a link and its target gets the bytes") {
  const ScratchDirectory scratch;
  write(scratch.path() / "target", "old");
  fs::create_symlink("target", scratch.path() / "link");
  write(scratch.path() / "link", "new");
  CHECK(fs::is_symlink(scratch.path() / "link"));
  CHECK(read(scratch.path() / "target") == "new");
}

TEST_CASE("a device is written to, not replaced by a file") {
  write("/dev/null", "x");
  CHECK(fs::is_character_file("/dev/null"));
}

}  // namespace gradzoo
