#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>
#if __has_include(<sys/prctl.h>)
#include <sys/prctl.h>
#endif

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/options.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/program.h"
#include "gradzoo/commands/shared_options.h"
#include "gradzoo/experiments/live_line.h"
#include "tools/course/folder.h"
#include "tools/course/training.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

struct CourseRequest {
  std::string what, folder, step;
  int64_t seed = -1, steps = 0;
  bool csv = false, all = false;
};

uint64_t seed_of(const CourseRequest& request) {
  if (request.seed >= 0) return static_cast<uint64_t>(request.seed);
  return std::random_device()() % 1000000;  // a check draws its own cases, which nobody can know before
}

void check_folder(const CourseRequest& request) {
  if (request.folder.empty())
    throw Error("course: {} needs a folder. Hint: gradzoo course {} DIR", request.what, request.what);
  check_visible(request.folder + "/value.h");
  if (!course::is_learners(request.folder))
    throw Error(
        "course: {} has no value.h, so it is not a folder of the course. Hint: gradzoo course start DIR",
        request.folder);
}

void list_steps(const std::string& folder) {
  const bool here = course::is_learners(folder);
  const std::vector<course::StepState> state =
      here ? course::read_state(folder) : std::vector<course::StepState>(course::steps().size());
  std::vector<std::vector<std::string>> rows;
  for (const course::Step& step : course::steps()) {
    rows.push_back({std::to_string(step.number), step.title, step.goal});
    if (here)
      rows.back().push_back(fmt::format("{} of 100", state[static_cast<size_t>(step.number - 1)].points));
  }
  fmt::print("{}\n", text_columns(rows));
  if (here)
    fmt::print("gradzoo course next {0} shows the next page, gradzoo course check {0} checks your code\n",
               printable(folder));
  else
    fmt::print("gradzoo course start DIR makes a folder for your work\n");
}

// The first step that is not complete.
const course::Step& next_step(const std::string& folder) {
  const std::vector<course::StepState> state = course::read_state(folder);
  for (const course::Step& step : course::steps())
    if (state[static_cast<size_t>(step.number - 1)].points < 100) return step;
  return course::steps().back();
}

std::string typed_step(const std::string& text, const course::Step*& step) {
  if (text.size() != 1 || text[0] < '0' || text[0] > '9')
    throw Error("course: '{}' is not a step. Hint: give 1 to {}", text, course::steps().size());
  step = &course::find_step(text[0] - '0');
  return text;
}

int check(const CourseRequest& request) {
  check_folder(request);
  const uint64_t seed = seed_of(request);
  std::vector<const course::Step*> wanted;
  if (request.step.empty()) {
    for (const course::Step& step : course::steps()) wanted.push_back(&step);
  } else {
    typed_step(request.step, wanted.emplace_back());
  }
  std::vector<course::Checked> checked = course::check_steps(request.folder, wanted, seed);
  for (course::Checked& step : checked) course::ask_training(request.folder, step);
  course::keep_state(request.folder, checked);
  constexpr size_t kFew = 3;
  bool complete = true;
  for (const course::Checked& step : checked) {
    fmt::print("{}\n", course::report_of(step, request.all ? std::numeric_limits<size_t>::max() : kFew));
    complete = complete && step.points() == 100;
  }
  fmt::print("seed {0}: --seed {0} repeats the same cases\n", seed);
  return complete ? 0 : 1;
}

int next(const CourseRequest& request) {
  check_folder(request);
  fmt::print("{}", course::page_of(request.folder, next_step(request.folder)));
  return 0;
}

int show(const CourseRequest& request) {
  check_folder(request);
  const std::string page = course::tape_page(request.folder), path = request.folder + "/tape.html";
  write_file_atomically(path, std::as_bytes(std::span(page)));
  fmt::print("{}\n", printable(path));
  return 0;
}

int train(const CourseRequest& request) {
  check_folder(request);
  course::RingSize size;
  if (request.steps > 0) size.steps = static_cast<int>(request.steps);
  const course::RingResult ring =
      course::train_ring(request.folder, size, request.seed < 0 ? 0 : seed_of(request));
  const std::string path = request.folder + "/ring8.png";
  write_png(path, course::ring_picture(ring, size));
  const double own = course::own_step_seconds(size), yours = ring.seconds / size.steps;
  fmt::print("KL(truth || yours) = {:.4f} nats after {} steps{}\n", ring.kl, size.steps,
             ring.kl < course::kRingGoal ? ": reached, the goal is below 0.01" : "; the goal is below 0.01");
  fmt::print("your step {:.1f} ms, gradzoo's step {:.1f} ms\nparts of your step: {}\n{}\n", 1e3 * yours,
             1e3 * own, course::to_string(course::time_parts(request.folder, size)), printable(path));
  return ring.kl < course::kRingGoal ? 0 : 1;
}

/// A learner's row in the table of a class.
struct Grades {
  std::string name;
  std::vector<int> points = {};         // one a step
  std::vector<std::string> notes = {};  // why there are none, whose file is the same
};

// 0, with a note, where nothing can be asked: one folder does not end the grading of the others. A full disk
// does, which is nobody's 0.
int points_of(const course::Learner& learner, const course::Step& step, uint64_t seed, Grades& grades) {
  std::string why;
  try {
    course::Checked checked = course::check_step(learner, step, seed);
    course::ask_training(learner, checked);
    if (checked.failure.empty()) return checked.points();
    why = checked.failure;
  } catch (const course::CannotKeep&) {
    throw;
  } catch (const Error& error) {
    why = error.what();
  }
  why = fmt::format("step {}: {}", step.number, why);
  fmt::print(stderr, "{}: {}\n", printable(learner.folder), printable(why));
  grades.notes.push_back(why);
  return 0;
}

// Says of files that are the same in two folders, and not as they were handed out, whose else they are.
void note_equal_files(const std::string& folder, std::vector<Grades>& all) {
  constexpr uint64_t kMost = 1 << 20;
  const auto text_of = [&](const std::string& of, const std::string& file) {
    try {
      return read_plain_file(of + "/" + file, kMost, Links::refuse);
    } catch (const Error&) {
      return std::string();
    }
  };
  std::set<std::string> files;
  for (const course::Step& step : course::steps())
    for (const std::string& file : course::words_of(step.files)) files.insert(file);
  for (const std::string& file : files) {
    const std::string handed_out = text_of(course::course_folder() + "/skeleton", file);
    std::map<std::string, std::vector<Grades*>> same;
    for (Grades& grades : all) same[text_of(folder + "/" + grades.name, file)].push_back(&grades);
    for (const auto& [text, who] : same) {
      if (text.empty() || text == handed_out || who.size() < 2) continue;
      for (Grades* one : who) {
        std::vector<std::string> others;
        for (const Grades* other : who)
          if (other != one) others.push_back(other->name);
        one->notes.push_back(fmt::format("{} is the same as the file of {}", file, fmt::join(others, ", ")));
      }
    }
  }
}

// RFC 4180, and no cell that a spreadsheet would compute.
std::string csv_cell(const std::string& text) {
  std::string cell = text;
  if (!cell.empty() && std::string("=+-@\t\r").find(cell[0]) != std::string::npos) cell.insert(0, "'");
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  return "\"" + replaced(cell, {{'"', "\"\""}}) + "\"";
}

std::vector<Grades> grades_of(const std::string& folder, uint64_t seed) {
  std::error_code error;
  std::vector<Grades> all;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with('.') && fs::is_directory(entry.status(error))) all.push_back({name});
  }
  const auto is_one = [&](const Grades& grades) { return course::is_learners(folder + "/" + grades.name); };
  if (std::ranges::none_of(all, is_one))
    throw Error(
        "course: {} has no folders of the course. Hint: put one folder with a value.h per student into it",
        folder);
  std::ranges::sort(all, {}, &Grades::name);
  LiveLine line(stderr);
  for (size_t i = 0; i < all.size(); ++i) {
    line.show(fmt::format("course: {} of {}, {}", i + 1, all.size(), printable(all[i].name)));
    const std::string path = folder + "/" + all[i].name;
    all[i].points.assign(course::steps().size(), 0);
    if (fs::is_symlink(fs::symlink_status(path, error))) {
      all[i].notes.emplace_back("it is a link, not a folder");
    } else if (!is_one(all[i])) {
      all[i].notes.emplace_back("it has no value.h");
    } else {
      const course::Learner learner(path, fmt::format("{}/.course-grades/{}", folder, all[i].name));
      for (const course::Step& step : course::steps())
        all[i].points[static_cast<size_t>(step.number - 1)] = points_of(learner, step, seed, all[i]);
    }
  }
  note_equal_files(folder, all);
  return all;
}

int grade(const CourseRequest& request) {
  if (request.folder.empty())
    throw Error("course: grade needs a folder. Hint: gradzoo course grade FOLDER --csv");
  const uint64_t seed = seed_of(request);
  std::vector<std::vector<std::string>> rows = {
      {"name", "step1", "step2", "step3", "step4", "step5", "step6", "mean", "note"}};
  for (const Grades& grades : grades_of(request.folder, seed)) {
    std::vector<std::string>& row = rows.emplace_back();
    row.push_back(printable(grades.name));
    int total = 0;
    for (const int points : grades.points) {
      row.push_back(std::to_string(points));
      total += points;
    }
    row.push_back(fmt::format("{:.1f}", total / static_cast<double>(grades.points.size())));
    row.push_back(printable(fmt::format("{}", fmt::join(grades.notes, "; "))));
  }
  if (!request.csv) {
    fmt::print("{}\nseed {}\n", text_columns(rows), seed);
    return 0;
  }
  for (std::vector<std::string>& row : rows) {
    std::ranges::transform(row, row.begin(), csv_cell);
    fmt::print("{}\n", fmt::join(row, ","));
  }
  return 0;
}

// The right answers stand in this process' memory, which no learner's program shall read.
void hide_memory() {
#ifdef PR_SET_DUMPABLE
  ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

int run(const Arguments& arguments) {
  hide_memory();
  CourseRequest request;
  CommandLine line(
      "course", "Checks a tape that you build in six steps. Without arguments, it lists the steps.",
      {{"gradzoo course start mine", "a folder for your work, with the first page"},
       {"gradzoo course check mine 1", "checks your code of step 1, and prints the expected answers"}});
  line.positional("WHAT", request.what,
                  "start DIR: makes a folder for your work; next DIR: prints the next page; check DIR "
                  "[STEP]: checks your code, and prints its answers and the expected ones; show DIR: draws "
                  "the tape of mine.h; train DIR: trains with your engine of step 6 on eight Gaussians; "
                  "grade FOLDER: checks all folders in it; only DIR: lists the steps with your points",
                  false);
  line.completes("WHAT", [](const std::string&) {
    return Candidates{{"start", "a new folder"},
                      {"next", "the next page"},
                      {"check", "checks a step"},
                      {"show", "draws the tape of mine.h"},
                      {"train", "trains with your engine on eight Gaussians"},
                      {"grade", "checks all folders in one"},
                      folders_of_shell()};
  });
  line.positional("DIR", request.folder, "folder of your work", false);
  line.positional("STEP", request.step, "step for check, 1 to 6 (default: all)", false);
  add_seed(line, request.seed, "seed of the drawn cases (default: random; it is printed)");
  line.option("--steps", "N", request.steps, "number of steps for train (default: 1500)", 4, 100000);
  line.flag("--all", request.all, "for check: print every case that failed");
  line.flag("--csv", request.csv, "for grade: print comma-separated values");
  if (!line.read(arguments)) return 0;
  const std::string& what = request.what;
  if (what.empty() || course::is_learners(what)) {
    list_steps(what.empty() ? "." : what);
    return 0;
  }
  if (what == "start") {
    if (request.folder.empty()) throw Error("course: start needs a folder. Hint: gradzoo course start DIR");
    course::start_folder(request.folder);
    fmt::print("{0}: read {0}/pages/1-values.md, write value.h, then gradzoo course check {0} 1\n",
               printable(request.folder));
    return 0;
  }
  if (what == "check") return check(request);
  if (what == "next") return next(request);
  if (what == "show") return show(request);
  if (what == "train") return train(request);
  if (what == "grade") return grade(request);
  throw_unknown("course:", what, {"start", "check", "next", "show", "train", "grade"});
}

}  // namespace
}  // namespace gradzoo

int main(int, char** argv) {
  return gradzoo::run_program(
      argv, {"course", "build a tape yourself, in six steps, checked with derivatives", gradzoo::run});
}
