#include "tools/course/check.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "gradzoo/base/text.h"
#include "tools/course/case.h"

namespace gradzoo::course {
namespace {

Question& question_of(Checked& checked, const std::string& name) {
  const auto found = std::ranges::find(checked.questions, name, &Question::name);
  if (found != checked.questions.end()) return *found;
  return checked.questions.emplace_back(Question{name});
}

// Of what builds on a question that is wrong, no hint is given but that.
void put_causes_first(Checked& checked, const std::vector<Case>& cases) {
  std::map<std::string, std::string> builds_on;
  for (const Case& one : cases)
    if (!one.after.empty()) builds_on[one.question] = one.after;
  const auto wrong_below = [&](std::string name) {
    std::string lowest;
    for (auto at = builds_on.find(name); at != builds_on.end(); at = builds_on.find(name)) {
      name = at->second;
      const Question& below = question_of(checked, name);
      if (std::ranges::any_of(below.failed, &Failed::reached)) lowest = name;
    }
    return lowest;
  };
  for (Question& question : checked.questions) {
    const std::string below = wrong_below(question.name);
    if (below.empty()) continue;
    for (Failed& failed : question.failed) {
      failed.hint = fmt::format("fix '{}' first", below);
      failed.follows = true;
    }
  }
}

// Whether it came to an end by itself.
bool is_given(const Answer& answer) {
  return answer.kind == Answer::Kind::words || answer.kind == Answer::Kind::error;
}

constexpr const char* kHangs =
    "in another process the answer was right: it depends on an address, unset memory or earlier questions";

// Asks each question in some processes more, whose memory lies elsewhere and has held other cases; what one
// of them judges otherwise is wrong. What is wrong at one address of three passes once in 25,000 checks.
void ask_elsewhere(const std::string& program, const std::string& folder, const std::vector<Case>& cases,
                   const std::vector<Answer>& answers, size_t processes, std::vector<Verdict>& verdicts) {
  std::map<std::string, std::vector<size_t>> questions;
  for (size_t i = 0; i < cases.size(); ++i)
    if (is_given(answers[i])) questions[cases[i].question].push_back(i);
  bool ended = false;
  for (size_t process = 0; process < processes && !ended; ++process) {
    std::vector<size_t> places;
    std::vector<Case> asked;
    for (const auto& [name, of] : questions)
      for (size_t j = process; j < std::max(of.size(), processes); j += processes) {
        places.push_back(of[j % of.size()]);
        asked.push_back(cases[places.back()]);
      }
    const std::vector<Answer> others = ask(program, folder, asked).answers;
    for (size_t j = 0; j < asked.size(); ++j) {
      ended = ended || !is_given(others[j]);
      const Verdict other = judge(asked[j], others[j]);
      Verdict& verdict = verdicts[places[j]];
      if (others[j].kind == Answer::Kind::none || other.right == verdict.right) continue;
      if (verdict.right) verdict = other;
      verdict.hint = kHangs;
    }
  }
}

std::string report_of(const Failed& failed) {
  const std::string margin(15, ' ');
  std::string text;
  const std::pair<const char*, const std::string*> lines[] = {{"asked", &failed.asked},
                                                              {"came", &failed.came},
                                                              {"expected", &failed.expected},
                                                              {"hint", &failed.hint}};
  for (const auto& [name, line] : lines)
    text += fmt::format("     {:<9} {}\n", name, wrapped(*line, 90, margin));
  return text;
}

}  // namespace

int Checked::points() const {
  if (questions.empty()) return 0;
  const auto full = std::ranges::count_if(questions, [](const Question& q) { return q.right == q.cases; });
  return static_cast<int>(100 * full / static_cast<int64_t>(questions.size()));
}

Checked check_step(const Learner& learner, const Step& step, uint64_t seed, size_t further_processes) {
  Checked checked{.step = &step, .seed = seed};
  const Built built = build_driver(learner, step.driver, step.files);
  if (!built.failure.empty()) {
    checked.failure = built.failure;
    checked.begun = true;
    return checked;
  }
  const std::vector<Case> cases = step.cases(seed);
  const Answers answers = ask(built.program, learner.folder, cases);
  checked.printed = answers.printed;
  std::vector<Verdict> verdicts;
  for (size_t i = 0; i < cases.size(); ++i) verdicts.push_back(judge(cases[i], answers.answers[i]));
  ask_elsewhere(built.program, learner.folder, cases, answers.answers, further_processes, verdicts);
  for (size_t i = 0; i < cases.size(); ++i) {
    Question& question = question_of(checked, cases[i].question);
    const Verdict& verdict = verdicts[i];
    checked.begun = checked.begun || answers.answers[i].kind != Answer::Kind::unwritten;
    ++question.cases;
    if (verdict.right) {
      ++question.right;
    } else {
      const bool reached = answers.answers[i].kind != Answer::Kind::none;
      const auto place = verdict.hint == kHangs ? question.failed.begin() : question.failed.end();
      question.failed.insert(place,
                             {cases[i].asked, verdict.came, shown_words(cases[i].expected, 6, verdict.first),
                              verdict.hint, reached});
    }
  }
  put_causes_first(checked, cases);
  return checked;
}

std::vector<Checked> check_steps(const Learner& learner, const std::vector<const Step*>& wanted,
                                 uint64_t seed) {
  // Compiled side by side; a failure shows when its step is checked.
  std::map<std::string, std::string> drivers;
  for (const Step* step : wanted) drivers[step->driver] = step->files;
  std::vector<std::thread> builds;
  builds.reserve(drivers.size());
  for (const auto& [driver, files] : drivers) {
    builds.emplace_back([&learner, driver = driver, files = files] {
      try {
        build_driver(learner, driver, files);
      } catch (const std::exception&) {  // the same again below, on the caller's thread
      }
    });
  }
  for (std::thread& build : builds) build.join();
  std::vector<Checked> all;
  all.reserve(wanted.size());
  for (const Step* step : wanted) all.push_back(check_step(learner, *step, seed));
  return all;
}

std::string report_of(const Checked& checked, size_t most_failed) {
  std::string text =
      fmt::format("step {}, {}: {} of 100\n", checked.step->number, checked.step->title, checked.points());
  if (!checked.failure.empty()) return text + "  " + wrapped(checked.failure, 100, "    ") + "\n";
  if (!checked.begun) return text + "  not begun: " + checked.questions.front().failed.front().came + "\n";
  size_t shown = 0;
  std::set<std::string> hints;  // each is said once
  for (const Question& question : checked.questions) {
    const bool right = question.right == question.cases;
    text += fmt::format("  {:<6} {:<36} {:>3} of {}\n", right ? "right" : "wrong", question.name,
                        question.right, question.cases);
    for (const Failed& failed : question.failed) {
      const bool few = most_failed < std::numeric_limits<size_t>::max();
      if (shown == most_failed || (few && (failed.follows || !failed.reached)) ||
          !hints.insert(failed.hint).second)
        continue;
      text += report_of(failed);
      ++shown;
    }
  }
  if (!checked.printed.empty())
    text += fmt::format("  your code printed: {}\n", wrapped(printable(checked.printed), 90, "    "));
  return text;
}

}  // namespace gradzoo::course
