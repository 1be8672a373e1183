#include "tools/serve/engine_processes.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/error.h"
#include "gradzoo/commands/program.h"
#include "gradzoo/experiments/child.h"
#include "tools/playground/playground.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr size_t kMostEngines = 16;
constexpr size_t kMostStopped = 1000;
constexpr int kMostThreads = 8;                           // each takes address space
constexpr std::string_view kProgress = "{\"progress\":";  // how no answer begins
constexpr uint64_t kMostMemory = uint64_t{8} << 30;

std::string ended(const std::string& sentence) { return Json{{"error", sentence}, {"ended", true}}.dump(); }

}  // namespace

// A process in a folder of its own, where it keeps the files that a page sends, and the socket that is its
// standard input and output.
class EngineProcesses::Engine {
 public:
  Engine() : folder_((fs::temp_directory_path() / "gradzoo-engine-XXXXXX").string()) {
    if (::mkdtemp(folder_.data()) == nullptr)
      throw Error("serve: cannot make {}. Hint: set TMPDIR to a folder where you may write", folder_);
    int ends[2] = {-1, -1};
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    try {
      if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw Error("an engine needs another open file. Hint: close other pages");
      process_ =
          start_child({find_program("serve").path.string(), "--engine"}, folder_, {ends[1], ends[1], nothing},
                      {.memory_bytes = kMostMemory, .same_environment = true});
    } catch (const Error&) {
      for (const int file : {ends[0], ends[1], nothing}) ::close(file);
      remove_folder();
      throw;
    }
    socket_ = ends[0];
    ::close(ends[1]);
    ::close(nothing);
  }
  ~Engine() {
    end();
    ::close(socket_);
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void end() {
    std::call_once(ended_, [this] {
      ::kill(-process_, SIGKILL);
      ::kill(process_, SIGKILL);  // which may not have its group yet
      ::waitpid(process_, nullptr, 0);
      remove_folder();
    });
  }

  // "" where the process has ended.
  std::string ask(const std::string& request, const std::string& bytes) {
    const std::lock_guard turn(turn_);
    set_progress("{}");
    if (!send(request + '\n') || !send(bytes)) return "";
    for (;;) {
      std::string line = read_line();
      if (!line.starts_with(kProgress)) return line;
      set_progress(line.substr(kProgress.size(), line.size() - kProgress.size() - 1));
    }
  }

  std::string progress() {
    const std::lock_guard lock(progress_mutex_);
    return progress_;
  }

  int64_t last_used = 0;

 private:
  void set_progress(std::string line) {
    const std::lock_guard lock(progress_mutex_);
    progress_ = std::move(line);
  }

  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }

  std::string read_line() {
    char buffer[1 << 16];
    size_t end = 0;
    while ((end = unread_.find('\n', end)) == std::string::npos) {
      end = unread_.size();
      const ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
      if (n <= 0) return "";
      unread_.append(buffer, static_cast<size_t>(n));
    }
    std::string line = unread_.substr(0, end);
    unread_.erase(0, end + 1);
    return line;
  }

  void remove_folder() const {
    std::error_code error;
    fs::remove_all(folder_, error);
  }

  std::string folder_;
  pid_t process_ = -1;
  int socket_ = -1;
  std::once_flag ended_;
  std::string unread_;
  std::mutex turn_, progress_mutex_;
  std::string progress_ = "{}";
};

EngineProcesses::EngineProcesses() = default;
EngineProcesses::~EngineProcesses() = default;

std::shared_ptr<EngineProcesses::Engine> EngineProcesses::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = engines_.find(name);
  return found == engines_.end() ? nullptr : found->second;
}

// nullptr for the name of a stopped engine: a request of a page that its user has left can arrive after the
// page's request to stop. Of too many engines, the one whose page has been silent longest is ended.
std::shared_ptr<EngineProcesses::Engine> EngineProcesses::find_or_start(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(stopped_, name) != stopped_.end()) return nullptr;
  if (!engines_.contains(name)) engines_.emplace(name, std::make_shared<Engine>());
  std::shared_ptr<Engine> engine = engines_.at(name);
  engine->last_used = ++used_;
  if (engines_.size() > kMostEngines) {
    const auto oldest =
        std::ranges::min_element(engines_, {}, [](const auto& entry) { return entry.second->last_used; });
    oldest->second->end();
    engines_.erase(oldest);
  }
  return engine;
}

std::string EngineProcesses::ask(const std::string& name, const std::string& request,
                                 const std::string& bytes) {
  const std::shared_ptr<Engine> engine = find_or_start(name);
  if (!engine) return ended("stopped");
  std::string answer = engine->ask(request, bytes);
  if (!answer.empty()) return answer;
  const std::lock_guard lock(mutex_);
  const auto found = engines_.find(name);
  if (found == engines_.end() || found->second != engine) return ended("stopped");
  engines_.erase(found);
  return ended("the engine ended, perhaps because it needed more than 8 GB. Hint: choose smaller sizes");
}

std::string EngineProcesses::progress(const std::string& name) {
  const std::shared_ptr<Engine> engine = find(name);
  return engine ? engine->progress() : "{}";
}

void EngineProcesses::stop(const std::string& name) {
  const std::lock_guard lock(mutex_);
  stopped_.push_back(name);
  if (stopped_.size() > kMostStopped) stopped_.pop_front();
  const auto found = engines_.find(name);
  if (found == engines_.end()) return;
  found->second->end();
  engines_.erase(found);
}

void EngineProcesses::end() {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, engine] : engines_) engine->end();
  engines_.clear();
}

void answer_lines() {
  std::ios::sync_with_stdio(false);
  set_num_threads(std::min(num_threads(), kMostThreads));
  Playground playground;
  std::chrono::steady_clock::time_point told;  // last
  playground.tell_progress([&told](double share, const std::string& line) {
    const auto now = std::chrono::steady_clock::now();
    if (now - told < std::chrono::milliseconds(50)) return;
    told = now;
    std::cout << kProgress << Json{{"done", share}, {"line", line}}.dump() << "}\n" << std::flush;
  });
  for (std::string request; std::getline(std::cin, request);) {
    const Json parsed = Json::parse(request, nullptr, false);
    const bool sends = parsed.is_object() && parsed.contains("bytes") && parsed["bytes"].is_number_unsigned();
    std::string bytes(sends ? parsed["bytes"].get<size_t>() : 0, '\0');
    if (!std::cin.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return;
    std::cout << playground.answer(request, bytes) << '\n' << std::flush;
  }
}

}  // namespace gradzoo
