#include "gradzoo/runs/child.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#if __has_include(<linux/close_range.h>)
#include <linux/close_range.h>
#endif
#if __has_include(<sys/prctl.h>)
#include <sys/prctl.h>
#endif

#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

constexpr size_t kMostOutput = size_t{64} << 20;

struct Pipe {
  int ends[2] = {-1, -1};

  // Of sockets, writing to a program that has ended is an error and no signal.
  enum class Kind { pipe, sockets };

  explicit Pipe(Kind kind = Kind::pipe) {
    const int failed = kind == Kind::pipe ? ::pipe2(ends, O_CLOEXEC)
                                          : ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
    if (failed != 0) throw Error("a pipe cannot be made. Hint: are too many files open?");
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void close_end(int i) {
    if (ends[i] >= 0) ::close(ends[i]);
    ends[i] = -1;
  }
};

void set_limit(__rlimit_resource which, uint64_t value) {
  const rlimit limit{value, value};
  ::setrlimit(which, &limit);
}

// Between fork and exec: calls of the system alone.
[[noreturn]] void become(char** argv, char** environment, const char* folder,
                         const std::array<int, 3>& streams, const ProcessLimits& limits) {
  for (int i = 0; i < 3; ++i) ::dup2(streams[static_cast<size_t>(i)], i);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
#ifdef CLOSE_RANGE_CLOEXEC
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
#else
  for (int i = 3; i < ::getdtablesize(); ++i) ::fcntl(i, F_SETFD, FD_CLOEXEC);
#endif
  set_limit(RLIMIT_CORE, 0);
  if (limits.cpu_seconds != 0) set_limit(RLIMIT_CPU, limits.cpu_seconds);
  if (limits.memory_bytes != 0) set_limit(RLIMIT_AS, limits.memory_bytes);
  if (limits.stack_bytes != 0) set_limit(RLIMIT_STACK, limits.stack_bytes);
  if (::chdir(folder) == 0) ::execvpe(argv[0], argv, environment);
  ::_exit(127);
}

std::vector<std::string> environment_of(const ProcessLimits& limits) {
  const char* const path = std::getenv("PATH");
  std::vector<std::string> lines = {std::string("PATH=") + (path != nullptr ? path : "/usr/bin:/bin"),
                                    "LC_ALL=C"};
  if (limits.spoil_freed)
    lines.emplace_back("GLIBC_TUNABLES=glibc.malloc.perturb=90:glibc.malloc.tcache_count=0");
  if (limits.threads > 0)
    for (const char* variable : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"})
      lines.push_back(fmt::format("{}={}", variable, limits.threads));
  return lines;
}

// Reads what is there; closes at the end.
void drain(Pipe& pipe, std::string& into) {
  char buffer[1 << 16];
  const ssize_t n = ::read(pipe.ends[0], buffer, sizeof buffer);
  if (n > 0 && into.size() < kMostOutput) into.append(buffer, static_cast<size_t>(n));
  if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) pipe.close_end(0);
}

// Feeds and reads until both outputs are closed; false after a silence.
bool converse(Pipe& in, Pipe& out, Pipe& err, const std::string& input, double quiet_seconds,
              EndedProcess& ended) {
  size_t fed = 0;
  if (input.empty()) in.close_end(1);
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    pollfd waits[3] = {
        {out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}, {in.ends[1], POLLOUT, 0}};  // -1: passed over
    const int ready = ::poll(waits, 3, static_cast<int>(quiet_seconds * 1000));
    if (ready == 0) return false;
    if (ready < 0) continue;
    if (waits[0].revents != 0) drain(out, ended.out);
    if (waits[1].revents != 0) drain(err, ended.err);
    if (waits[2].revents == 0) continue;
    const ssize_t n = ::send(in.ends[1], input.data() + fed, input.size() - fed, MSG_NOSIGNAL);
    if (n > 0) fed += static_cast<size_t>(n);
    const bool gone = n < 0 && errno != EINTR && errno != EAGAIN;
    if (gone || fed == input.size()) in.close_end(1);
  }
  return true;
}

}  // namespace

std::vector<char*> exec_arguments(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t start_child(std::vector<std::string> words, const std::string& folder,
                  const std::array<int, 3>& streams, const ProcessLimits& limits) {
  std::vector<std::string> lines = environment_of(limits);
  std::vector<char*> argv = exec_arguments(words), environment = exec_arguments(lines);
  char** const variables = limits.same_environment ? environ : environment.data();
  const pid_t parent = ::getpid(), child = ::fork();
  if (child < 0) throw Error("no process can be started. Hint: is the machine out of memory?");
  if (child == 0) {
    ::setpgid(0, 0);
#ifdef PR_SET_PDEATHSIG
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // where this process is killed from now on,
#endif
    if (::getppid() != parent) ::_exit(127);  // or was before
    become(argv.data(), variables, folder.c_str(), streams, limits);
  }
  ::setpgid(child, child);
  return child;
}

EndedProcess run_child(const std::vector<std::string>& words, const std::string& folder,
                       const std::string& input, const ProcessLimits& limits) {
  Pipe in(Pipe::Kind::sockets), out, err;
  const pid_t child = start_child(words, folder, {in.ends[0], out.ends[1], err.ends[1]}, limits);
  in.close_end(0);
  out.close_end(1);
  err.close_end(1);
  ::fcntl(in.ends[1], F_SETFL, O_NONBLOCK);
  EndedProcess ended;
  ended.killed = !converse(in, out, err, input, limits.quiet_seconds, ended);
  // What the program started itself ends with it.
  if (ended.killed) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ::kill(-child, SIGKILL);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
  ended.started = ended.status != 127;
  return ended;
}

}  // namespace gradzoo
