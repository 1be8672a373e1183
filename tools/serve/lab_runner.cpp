#include "tools/serve/lab_runner.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/commands/program.h"
#include "gradzoo/experiments/child.h"
#include "gradzoo/experiments/labs/lab.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr size_t kMostKept = 20;
constexpr uint64_t kMostReportBytes = uint64_t{64} << 20;

// Throws Error for a knob that is none or out of range, before a process is started.
void check_knobs(const LabRequest& request) {
  const std::unique_ptr<Lab> lab = find_lab(request.lab).make();
  OptionTable table;
  lab->describe(table);
  for (const auto& [key, value] : request.knobs) table.set(key, value);
}

// An empty folder of this lab's own: making it is what claims its name.
std::string new_folder(const std::string& parent, const std::string& lab) {
  for (int n = 1;; ++n) {
    std::string path = fmt::format("{}/lab-{}-{}", parent, lab, n);
    if (::mkdir(path.c_str(), 0777) == 0) return path;
    if (errno != EEXIST)
      throw Error(
          "serve: cannot make {}: {}. Hint: serve a folder where you may write, as labs are written below it",
          path, std::strerror(reason_for_no_file(path, errno)));
  }
}

std::vector<std::string> words_of_lab(const LabRequest& request, const std::string& folder) {
  std::vector<std::string> words = {find_program("lab").path.string(), request.lab, "--out", folder, "--seed",
                                    std::to_string(request.seed)};
  for (const auto& [key, value] : request.knobs) {
    words.emplace_back("--set");
    words.push_back(fmt::format("{}={}", key, value));
  }
  return words;
}

// The last line that a process printed.
std::string last_line(int output) {
  std::array<char, 2000> buffer{};
  const off_t size = ::lseek(output, 0, SEEK_END);
  const off_t begin = std::max<off_t>(0, size - static_cast<off_t>(buffer.size()));
  // Without moving the place where the process goes on writing.
  const ssize_t n = ::pread(output, buffer.data(), buffer.size(), begin);
  std::string_view text(buffer.data(), n > 0 ? static_cast<size_t>(n) : 0);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return printable(text.substr(text.rfind('\n') + 1));
}

}  // namespace

LabRunner::~LabRunner() {
  end();
  for (const Started& lab : labs_) ::close(lab.output);
}

void LabRunner::end() {
  const std::lock_guard lock(mutex_);
  for (Started& lab : labs_) kill(lab);
}

void LabRunner::kill(Started& lab) {
  look(lab);
  if (lab.process < 0) return;
  ::kill(-lab.process, SIGKILL);
  ::kill(lab.process, SIGKILL);  // which may not have its group yet
  ::waitpid(lab.process, nullptr, 0);
  lab.process = -1;
  lab.state = "stopped";
  std::error_code error;
  fs::remove_all(lab.folder, error);
}

void LabRunner::look(Started& lab) {
  if (lab.process < 0) return;
  lab.progress = last_line(lab.output);
  int status = 0;
  if (::waitpid(lab.process, &status, WNOHANG) != lab.process) return;
  lab.process = -1;
  lab.progress = last_line(lab.output);
  lab.state = status == 0 ? "done" : "failed";
  std::error_code error;
  if (status != 0) fs::remove(lab.folder, error);  // where it is still empty
}

LabRunner::Started& LabRunner::find(int64_t number) {
  const auto found = std::ranges::find(labs_, number, &Started::number);
  if (found == labs_.end()) throw Error("no lab has the number {}. Hint: start one", number);
  return *found;
}

int64_t LabRunner::start(const LabRequest& request) {
  const std::lock_guard lock(mutex_);
  for (Started& lab : labs_) {
    look(lab);
    if (lab.process > 0)
      throw Error("the lab {} is running, and only one lab runs at a time. Hint: stop it, or wait",
                  lab.request.lab);
  }
  check_knobs(request);
  Started lab{
      .number = next_, .request = request, .folder = new_folder(folder_, request.lab), .state = "runs"};
  lab.output = ::memfd_create("lab", MFD_CLOEXEC);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  try {
    if (lab.output < 0) throw Error("the lab's output needs more memory. Hint: end other programs");
    lab.process = start_child(words_of_lab(request, lab.folder), ".", {nothing, lab.output, lab.output},
                              {.same_environment = true});
  } catch (const Error&) {
    ::close(lab.output);
    ::close(nothing);
    std::error_code error;
    fs::remove(lab.folder, error);
    throw;
  }
  ::close(nothing);
  labs_.push_front(lab);
  if (labs_.size() > kMostKept) {
    ::close(labs_.back().output);
    labs_.pop_back();
  }
  return next_++;
}

void LabRunner::stop(int64_t number) {
  const std::lock_guard lock(mutex_);
  kill(find(number));
}

Json LabRunner::started() {
  const std::lock_guard lock(mutex_);
  Json all = Json::array();
  for (Started& lab : labs_) {
    look(lab);
    all.push_back({{"number", lab.number},
                   {"lab", lab.request.lab},
                   {"knobs", lab.request.knobs},
                   {"seed", lab.request.seed},
                   {"state", lab.state},
                   {"progress", lab.progress},
                   {"report", lab.state == "done"}});
  }
  return all;
}

std::string LabRunner::report(int64_t number) {
  std::string folder;
  {
    const std::lock_guard lock(mutex_);
    Started& lab = find(number);
    look(lab);
    if (lab.state != "done") throw Error("the lab {} has no page yet. Hint: wait for it", lab.request.lab);
    folder = lab.folder;
  }
  return read_plain_file(folder + "/report.html", kMostReportBytes, Links::refuse);
}

}  // namespace gradzoo
