#include "tools/course/materials.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <regex>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/folders.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/child.h"
#include "tools/course/refusals.h"
#include "tools/course/steps/steps.h"

namespace gradzoo::course {

std::span<const Step> steps() {
  static const std::vector<Step> kSteps = {
      {1, "Values that remember", "1-values", "scalar", "value.h", "a tape that records what is computed",
       cases_of_values},
      {2, "The sweep", "2-sweep", "scalar", "value.h", "gradients in one pass over the tape", cases_of_sweep},
      {3, "Is it true?", "3-gradcheck", "check", "value.h gradcheck.h", "a gradient checked with differences",
       cases_of_gradcheck},
      {4, "Arrays", "4-arrays", "array", "value.h array.h", "shapes, broadcasting, matrices",
       cases_of_arrays},
      {5, "Derivatives of derivatives", "5-second", "array", "value.h array.h",
       "Hessians from sweeps that are recorded", cases_of_second_order},
      {6, "It learns", "6-learn", "learn", "value.h array.h learn.h", "a density learned by score matching",
       cases_of_learning}};
  return kSteps;
}

const Step& find_step(int64_t number) {
  for (const Step& step : steps())
    if (step.number == number) return step;
  throw Error("course: {} is not a step. Hint: give 1 to {}", number, steps().size());
}

std::string course_folder() { return find_data_folder("course", "skeleton", "GRADZOO_COURSE").string(); }

std::string page_of(const std::string& folder, const Step& step) {
  constexpr uint64_t kMost = 1 << 20;
  const std::string name = fmt::format("/pages/{}.md", step.page);
  std::error_code error;
  return read_plain_file((std::filesystem::exists(folder + name, error) ? folder : course_folder()) + name,
                         kMost);
}

void keep_file(const std::string& path, const std::string& text) {
  try {
    write_file_atomically(path, std::as_bytes(std::span(text)));
  } catch (const Error& error) {
    throw CannotKeep(error.what());
  }
}

namespace {

namespace fs = std::filesystem;

constexpr uint64_t kLongestFile = 1 << 20;

// FNV-1a: names a build of these bytes, guards nothing.
uint64_t hash_of(const std::string& text) {
  uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

std::vector<std::string> compiler_words(Speed speed) {
  const char* const named = std::getenv("CXX");
  std::vector<std::string> words = {named != nullptr && *named != '\0' ? named : "c++", "-std=c++20", "-w"};
  if (speed == Speed::of_running) words.insert(words.end(), {"-O3", "-march=native"});
  return words;
}

// The first error, in the learner's own file where it has a line there.
std::string first_error(const std::string& said, const std::vector<std::string>& files) {
  static const std::regex kLine(R"(([^:\n]+):(\d+):(?:\d+:)? (?:fatal )?error: ([^\n]*))");
  std::string elsewhere;
  for (std::sregex_iterator match(said.begin(), said.end(), kLine), end; match != end; ++match) {
    const std::string file = fs::path((*match)[1].str()).filename().string();
    const std::string message = (*match)[3].str();
    if (std::ranges::find(files, file) != files.end())
      return fmt::format("{}, line {} does not compile: {}", file, (*match)[2].str(), message);
    const std::string asserted = "static assertion failed: ";
    if (message.starts_with(asserted))
      return fmt::format("a type has changed: {}. Hint: restore the declarations of the skeleton",
                         message.substr(asserted.size()));
    if (elsewhere.empty())
      elsewhere = fmt::format(
          "your headers lack a declaration of the skeleton: {}. Hint: restore the skeleton's declarations",
          message);
  }
  return elsewhere.empty() ? "the compiler failed: " + said.substr(0, said.find('\n')) : elsewhere;
}

constexpr size_t kMostHeaders = 100;

// What is compiled: the files that a step names, which have to be there, and whatever headers stand beside.
std::map<std::string, std::string> headers_of(const Learner& learner, const std::vector<std::string>& named) {
  std::map<std::string, std::string> texts;
  std::error_code error;
  for (const std::string& file : named) {
    const fs::path path = fs::path(learner.folder) / file;
    if (!fs::exists(fs::symlink_status(path, error)))
      throw Error("course: there is no {}. Hint: gradzoo course start DIR makes a folder that has one",
                  path.string());
    texts[file] = read_plain_file(path.string(), kLongestFile, learner.links);
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(learner.folder, error)) {
    const std::string file = entry.path().filename().string();
    const bool plain = fs::is_regular_file(learner.links == Links::follow ? entry.status(error)
                                                                          : entry.symlink_status(error));
    if (!plain || entry.path().extension() != ".h" || texts.contains(file)) continue;
    if (texts.size() == kMostHeaders)
      throw Error("course: {} has more than {} headers. Hint: check that it is the right folder",
                  learner.folder, kMostHeaders);
    texts[file] = read_plain_file(entry.path().string(), kLongestFile, learner.links);
  }
  return texts;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw CannotKeep(
        "course: {} cannot be made: {}. Hint: check that you may write there, and that there is space",
        folder.string(), std::strerror(reason_for_no_file(folder.string(), error.value())));
}

// Where a learner's headers are copied and compiled: nothing in it leads elsewhere, or outlives it.
class Workshop {
 public:
  explicit Workshop(std::string path) : path_(std::move(path)) { make_folder(path_); }
  ~Workshop() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  const std::string& path() const { return path_; }
  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

constexpr ProcessLimits kCompilersLimits{
    .quiet_seconds = 120, .cpu_seconds = 60, .memory_bytes = uint64_t{2} << 30};

// Why the compiler did not come to its end; "" where it did. By whole phrases of compilers, which no name in
// a learner's code makes.
std::string failure_of(const EndedProcess& ended, const std::vector<std::string>& files,
                       const std::string& cache) {
  const auto says = [&](std::initializer_list<const char*> phrases) {
    return std::ranges::any_of(
        phrases, [&](const char* phrase) { return ended.err.find(phrase) != std::string::npos; });
  };
  if (ended.killed ||
      says({"Killed signal terminated program", "CPU time limit exceeded signal terminated program",
            "unable to execute command: Killed"}))
    return fmt::format("the compiler took more than {} s. Hint: look for a template without an end",
                       kCompilersLimits.cpu_seconds);
  if (says({"out of memory allocating", "virtual memory exhausted", "LLVM ERROR: out of memory"}))
    return "the compiler needed more than 2 GB. Hint: look for a template, or an include, without an end";
  if (says({"No space left on device"}))
    throw CannotKeep(
        "course: {} is full, or the folder for temporary files. Hint: free some space, or set TMPDIR", cache);
  return ended.signal != 0 || ended.status != 0 ? printable(first_error(ended.err, files)) : "";
}

// Why what was compiled in the workshop is not taken; "" where the driver's program is there. The learner's
// headers and what asks are two objects, so that what the headers call is seen.
std::string failure_of_build(const Workshop& workshop, const std::vector<std::string>& words,
                             const std::string& source, const std::vector<std::string>& files,
                             const std::string& cache) {
  const std::string drivers = fs::path(source).parent_path().string(), object = workshop.file("answers.o"),
                    list = workshop.file("files");
  const auto run = [&](const std::vector<std::string>& all) {
    EndedProcess ended = run_child(all, workshop.path(), "", kCompilersLimits);
    if (!ended.started)
      throw Error("course: the compiler '{}' is missing. Hint: apt install g++, or set CXX", all.front());
    return ended;
  };
  std::vector<std::string> compiling = words, linking = words;
  compiling.insert(compiling.end(), {"-I", workshop.path(), "-MD", "-MF", list, "-c", source, "-o", object});
  linking.insert(linking.end(), {object, drivers + "/main.cpp", "-o", workshop.file("program")});
  if (std::string failure = failure_of(run(compiling), files, cache); !failure.empty()) return failure;
  std::string refused = refusal_of_list(read_plain_file(list, kLongestFile), workshop.path(), drivers);
  if (refused.empty()) refused = refusal_of_symbols(run({"nm", "-P", "-g", object}).out);
  return refused.empty() ? failure_of(run(linking), files, cache) : refused;
}

// What is left of older versions of the same driver.
void remove_older(const fs::path& cache, const std::string& driver, const fs::path& newest) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(cache, error))
    if (entry.path() != newest && entry.path().filename().string().starts_with(driver + "-"))
      fs::remove(entry.path(), error);
}

}  // namespace

Built build_driver(const Learner& learner, const std::string& driver, const std::string& named, Speed speed) {
  const std::string drivers = course_folder() + "/driver", source = fmt::format("{}/{}.cpp", drivers, driver);
  const std::string name = speed == Speed::of_running ? driver + "_fast" : driver;
  const std::vector<std::string> words = compiler_words(speed);
  const std::string asks = read_plain_file(source, kLongestFile) +
                           read_plain_file(drivers + "/cases.h", kLongestFile) +
                           read_plain_file(drivers + "/asking.h", kLongestFile);
  std::string everything = asks + read_plain_file(drivers + "/main.cpp", kLongestFile);
  for (const std::string& word : words) everything += word;
  const std::map<std::string, std::string> texts = headers_of(learner, words_of(named));
  std::vector<std::string> files;
  for (const auto& [file, text] : texts) {
    if (const std::string refused = refusal_of_text(file, text, asks); !refused.empty())
      return {.failure = refused};
    for (const std::string* part : {&file, &text}) everything += *part, everything += '\0';
    files.push_back(file);
  }
  const fs::path cache = fs::absolute(learner.cache);
  const fs::path program = cache / fmt::format("{}-{:016x}", name, hash_of(everything));
  std::error_code error;
  if (fs::exists(program, error)) return {.program = program.string()};
  make_folder(cache);
  const Workshop workshop(program.string() + fmt::format(".{}", ::getpid()));
  for (const auto& [file, text] : texts) keep_file(workshop.path() + "/" + file, text);
  if (std::string failure = failure_of_build(workshop, words, source, files, cache.string());
      !failure.empty())
    return {.failure = failure};
  fs::rename(workshop.file("program"), program);
  remove_older(cache, name, program);
  return {.program = program.string()};
}

}  // namespace gradzoo::course
