#pragma once

#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/paths.h"
#include "support/scratch.h"

namespace gradzoo::test {

/// Quotes a word for a shell and words_of(), even with spaces and quotes in it, such as a path.
inline std::string shell_word(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

/// Returns the words of a line, separated by single spaces; a word that begins with ' is from shell_word().
inline std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  for (size_t at = 0; at < line.size(); ++at) {
    std::string word;
    if (line[at] != '\'') {
      for (; at < line.size() && line[at] != ' '; ++at) word += line[at];
    } else {
      for (++at; line.compare(at, 4, "'\\''") == 0 || line.at(at) != '\''; ++at) {
        if (line[at] == '\'') at += 3;
        word += line[at];
      }
      ++at;
    }
    words.push_back(word);
  }
  return words;
}

/// Returns the variables with which a program preloads build/tests/libgradzoo_NAME.so. The name has no
/// folder, because the loader separates names at spaces.
inline std::string preloading(const std::string& name) {
  return shell_word("LD_LIBRARY_PATH=" + binary_dir() + "/tests") + " LD_PRELOAD=libgradzoo_" + name + ".so";
}

/// Returns a folder for data that processes leave for later ones, which exists while the tests run.
inline const std::string& cache_of_processes() {
  static const ScratchDirectory scratch;
  static const std::string folder = scratch.file("cache");
  return folder;
}

/// A running program, whose output goes to files in a scratch directory. The destructor kills it.
class Process {
 public:
  /// `arguments[0]` is the program's path; it runs in `folder`.
  Process(const std::vector<std::string>& arguments, const std::string& folder) {
    std::vector<char*> words;
    std::vector<std::string> copy = arguments;
    words.reserve(copy.size() + 1);
    for (std::string& word : copy) words.push_back(word.data());
    words.push_back(nullptr);
    const std::string out = output_.file("out"), err = output_.file("err"), &cache = cache_of_processes();
    id_ = ::fork();
    if (id_ != 0) return;
    ::setenv("XDG_CACHE_HOME", cache.c_str(), 1);
    const int out_file = ::open(out.c_str(), O_WRONLY | O_CREAT, 0600);
    const int err_file = ::open(err.c_str(), O_WRONLY | O_CREAT, 0600);
    if (::dup2(out_file, 1) < 0 || ::dup2(err_file, 2) < 0 || ::chdir(folder.c_str()) != 0) ::_exit(126);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  ~Process() {
    if (running()) signal(SIGKILL);
    wait();
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t id() const { return id_; }
  void signal(int number) const { ::kill(id_, number); }
  bool running() {
    if (!ended_ && ::waitpid(id_, &status_, WNOHANG) == id_) ended_ = true;
    return !ended_;
  }
  /// Returns the exit status, or 128 plus the signal's number if a signal ended the program.
  int wait() {
    while (!ended_) ended_ = ::waitpid(id_, &status_, 0) == id_ || errno != EINTR;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  }
  std::string out() const { return read_file(output_.file("out")); }
  std::string err() const { return read_file(output_.file("err")); }

 private:
  ScratchDirectory output_;
  pid_t id_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

struct ProcessResult {
  int status;
  std::string out, err;
};

/// Runs a program until it ends.
inline ProcessResult run_process(const std::vector<std::string>& arguments, const std::string& folder) {
  Process process(arguments, folder);
  const int status = process.wait();
  return {status, process.out(), process.err()};
}

}  // namespace gradzoo::test
