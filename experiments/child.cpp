#include "gradzoo/experiments/child.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <new>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
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

#include "gradzoo/base/clock.h"
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
    if (failed != 0) throw Error("a pipe cannot be made. Hint: check the number of open files (ulimit -n)");
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
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_DFL);
#ifdef CLOSE_RANGE_CLOEXEC
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
#else
  for (int i = 3; i < ::getdtablesize(); ++i) ::fcntl(i, F_SETFD, FD_CLOEXEC);
#endif
  set_limit(RLIMIT_CORE, 0);
  if (limits.cpu_seconds != 0) set_limit(RLIMIT_CPU, limits.cpu_seconds);
  if (limits.memory_bytes != 0) set_limit(RLIMIT_AS, limits.memory_bytes);
  if (limits.stack_bytes != 0) set_limit(RLIMIT_STACK, limits.stack_bytes);
  if (limits.file_bytes != 0) set_limit(RLIMIT_FSIZE, limits.file_bytes);
  if (::chdir(folder) == 0) ::execvpe(argv[0], argv, environment);
  ::_exit(127);
}

std::vector<std::string> environment_of(const ProcessLimits& limits) {
  const char* const path = std::getenv("PATH");
  std::vector<std::string> lines = {std::string("PATH=") + (path != nullptr ? path : "/usr/bin:/bin"),
                                    "LC_ALL=C"};
  if (const char* const scratch = std::getenv("TMPDIR"); scratch != nullptr)
    lines.push_back(std::string("TMPDIR=") + scratch);
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

// Where a keeper leaves the number of the program that it runs.
class SharedNumber {
 public:
  SharedNumber() {
    void* const page = ::mmap(nullptr, sizeof(std::atomic<pid_t>), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw Error("no process can be started. Hint: check the free memory");
    number_ = new (page) std::atomic<pid_t>(0);
  }
  ~SharedNumber() { ::munmap(number_, sizeof(std::atomic<pid_t>)); }
  SharedNumber(const SharedNumber&) = delete;
  SharedNumber& operator=(const SharedNumber&) = delete;
  std::atomic<pid_t>& operator*() const { return *number_; }

 private:
  std::atomic<pid_t>* number_;
};

// Of a processor, by this process so far; 0 where there is none.
double seconds_of_work(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (process == 0 || ::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
    return 0;
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Feeds and reads until both outputs are closed, or a limit is reached.
void converse(Pipe& in, Pipe& out, Pipe& err, const std::string& input, const ProcessLimits& limits,
              const SharedNumber& program, const std::function<bool(const std::string&)>& heard,
              EndedProcess& ended) {
  constexpr double kIdleShare = 0.02;  // of a processor: on a busy machine what works has no more
  const double most_busy = std::min(10.0, 2.5 * limits.busy_seconds);  // of a clock: it may work a little
  size_t fed = 0;
  if (input.empty()) in.close_end(1);
  const double begun = steady_seconds();
  double last_word = begun, work_before = 0;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    const double now = steady_seconds(), quiet = now - last_word;
    const double work = quiet < limits.quiet_seconds ? 0 : seconds_of_work(*program) - work_before;
    ended.busy = work > kIdleShare * quiet;
    const bool may_work =
        ended.busy && work < limits.busy_seconds && quiet < limits.quiet_seconds + most_busy;
    ended.late = limits.seconds > 0 && now >= begun + limits.seconds;
    ended.killed = ended.late || (quiet >= limits.quiet_seconds && !may_work);
    ended.flooded = std::max(ended.out.size(), ended.err.size()) >= kMostOutput;
    if (ended.killed || ended.flooded) return;
    constexpr double kLook = 0.1;
    double left = std::max(kLook, limits.quiet_seconds - quiet);
    if (limits.seconds > 0) left = std::min(left, begun + limits.seconds - now);
    pollfd waits[3] = {
        {out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}, {in.ends[1], POLLOUT, 0}};  // -1: passed over
    if (::poll(waits, 3, 1 + static_cast<int>(left * 1000)) <= 0) continue;
    if (waits[0].revents != 0) {
      drain(out, ended.out);
      if (!heard || heard(ended.out)) {
        last_word = steady_seconds();
        work_before = seconds_of_work(*program);
      }
    }
    if (waits[1].revents != 0) drain(err, ended.err);
    if (waits[2].revents == 0) continue;
    const ssize_t n = ::send(in.ends[1], input.data() + fed, input.size() - fed, MSG_NOSIGNAL);
    if (n > 0) fed += static_cast<size_t>(n);
    const bool gone = n < 0 && errno != EINTR && errno != EAGAIN;
    if (gone || fed == input.size()) in.close_end(1);
  }
}

// What exec() is given, made before fork().
struct Program {
  char** argv;
  char** environment;
  const char* folder;
  const std::array<int, 3>& streams;
  const ProcessLimits& limits;
  std::atomic<pid_t>* number = nullptr;  // where it is to be left
};

// In a new process: in a group of its own, and gone with its parent.
[[noreturn]] void begin(const Program& program, pid_t parent) {
  ::setpgid(0, 0);
#ifdef PR_SET_PDEATHSIG
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // where the parent ends from now on,
#endif
  if (::getppid() != parent) ::_exit(127);  // or did before
  become(program.argv, program.environment, program.folder, program.streams, program.limits);
}

// Ends the children of this process, and theirs, which become its own. Calls of the system alone.
void end_children() {
  constexpr int kMostRounds = 10000;
  for (int round = 0; round < kMostRounds; ++round) {
    const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (list < 0) return;
    char text[4096];
    const ssize_t n = ::read(list, text, sizeof text);
    ::close(list);
    pid_t child = 0;
    for (ssize_t i = 0; i < n; ++i) {  // "12 345 ", the last one perhaps cut off
      if (text[i] == ' ') ::kill(child, SIGKILL);
      child = text[i] == ' ' ? 0 : 10 * child + (text[i] - '0');
    }
    pid_t ended = 1;
    while (ended > 0) ended = ::waitpid(-1, nullptr, WNOHANG);
    if (ended < 0) return;  // there is none
    const timespec moment{0, 1000000};
    ::nanosleep(&moment, nullptr);
  }
}

// In a process between this one and the program: runs it, ends what it leaves behind, and ends as it did.
// Where this one's parent ends, by whatever signal, all of them do.
[[noreturn]] void keep(const Program& program, pid_t parent) {
  ::setpgid(0, 0);
  sigset_t all, heard;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  std::signal(SIGCHLD, [](int) {});  // what is ignored may not be waited for
#ifdef PR_SET_CHILD_SUBREAPER
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
#ifdef PR_SET_PDEATHSIG
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
  if (::getppid() != parent) ::_exit(127);
  const pid_t keeper = ::getpid(), child = ::fork();
  if (child < 0) ::_exit(127);
  if (child == 0) begin(program, keeper);
  ::setpgid(child, child);
  *program.number = child;
#ifdef CLOSE_RANGE_CLOEXEC
  ::close_range(0, ~0U, 0);
#else
  for (int i = 0; i < ::getdtablesize(); ++i) ::close(i);
#endif
  sigemptyset(&heard);
  sigaddset(&heard, SIGCHLD);
  sigaddset(&heard, SIGTERM);
  int status = 0, signal = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    ::sigwait(&heard, &signal);
    if (signal == SIGTERM) ::kill(child, SIGKILL);
  }
  ::kill(-child, SIGKILL);
  end_children();
  if (WIFEXITED(status)) ::_exit(WEXITSTATUS(status));
  set_limit(RLIMIT_CORE, 0);
  std::signal(WTERMSIG(status), SIG_DFL);
  sigdelset(&all, WTERMSIG(status));
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::kill(keeper, WTERMSIG(status));
  ::_exit(127);
}

// Starts a process that does `first`.
pid_t start(void (*first)(const Program&, pid_t), std::vector<std::string> words, const std::string& folder,
            const std::array<int, 3>& streams, const ProcessLimits& limits,
            std::atomic<pid_t>* number = nullptr) {
  std::vector<std::string> lines = environment_of(limits);
  std::vector<char*> argv = exec_arguments(words), environment = exec_arguments(lines);
  const Program program{argv.data(),    limits.same_environment ? environ : environment.data(),
                        folder.c_str(), streams,
                        limits,         number};
  const pid_t parent = ::getpid(), child = ::fork();
  if (child < 0) throw Error("no process can be started. Hint: check the free memory");
  if (child == 0) first(program, parent);
  ::setpgid(child, child);
  return child;
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
  return start(begin, std::move(words), folder, streams, limits);
}

EndedProcess run_child(const std::vector<std::string>& words, const std::string& folder,
                       const std::string& input, const ProcessLimits& limits,
                       const std::function<bool(const std::string& out)>& heard) {
  Pipe in(Pipe::Kind::sockets), out, err;
  const SharedNumber program;
  const pid_t keeper = start(keep, words, folder, {in.ends[0], out.ends[1], err.ends[1]}, limits, &*program);
  in.close_end(0);
  out.close_end(1);
  err.close_end(1);
  ::fcntl(in.ends[1], F_SETFL, O_NONBLOCK);
  EndedProcess ended;
  converse(in, out, err, input, limits, program, heard, ended);
  if (ended.killed || ended.flooded) ::kill(keeper, SIGTERM);
  int status = 0;
  while (::waitpid(keeper, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
  ended.started = ended.status != 127;
  return ended;
}

}  // namespace gradzoo
