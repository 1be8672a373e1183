#include "tools/course/training.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <span>

#include <fmt/format.h>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "tools/course/ask.h"
#include "tools/course/compile.h"

namespace gradzoo::course {
namespace {

namespace fs = std::filesystem;

constexpr double kMostSeconds = 600;

std::string trained_program(const Learner& learner) {
  const Step& step = find_step(6);
  const Built built = build_driver(learner, step.driver, step.files, Speed::of_running);
  if (!built.failure.empty()) throw Error("course: {}", built.failure);
  return built.program;
}

// The words that it answers to one long case of step 6.
std::string answered(const std::string& program, const std::string& folder, const std::string& input) {
  const Case training{.question = "training",
                      .asked = "training",
                      .input = input,
                      .expected = "",
                      .hint = "",
                      .seconds = kMostSeconds};
  const Answer answer = ask(program, folder, std::span(&training, 1), false).answers.front();
  if (answer.kind != Answer::Kind::words || answer.text == " refused")
    throw Error("course: the training failed: {}. Hint: gradzoo course check DIR 6",
                judge(training, answer).came);
  return answer.text;
}

RingResult train(const std::string& program, const std::string& folder, const RingSize& size, uint64_t seed) {
  return read_ring(answered(program, folder, ring_input(size, seed)), size);
}

// The KL of this program, whose name is that of its bytes, from before or now.
double kl_of(const std::string& program, const std::string& folder, const RingSize& size) {
  constexpr uint64_t kLongest = 100;
  const std::string kept = fmt::format("{}.kl-{}", program, size.steps);
  std::error_code error;
  if (fs::exists(kept, error)) return std::strtod(read_plain_file(kept, kLongest).c_str(), nullptr);
  const double kl = train(program, folder, size, 0).kl;
  const std::string text = fmt::format("{}", kl);
  write_file_atomically(kept, std::as_bytes(std::span(text)));
  return kl;
}

}  // namespace

RingResult train_ring(const std::string& folder, const RingSize& size, uint64_t seed) {
  return train(trained_program(folder), folder, size, seed);
}

StepParts time_parts(const std::string& folder, const RingSize& size) {
  const std::vector<std::string> words =
      words_of(answered(trained_program(folder), folder, parts_input(size)));
  StepParts parts;
  size_t i = 0;
  for (double* const part : {&parts.net, &parts.score, &parts.loss, &parts.gradient, &parts.adam})
    *part = i < words.size() ? std::strtod(words[i++].c_str(), nullptr) : 0;
  return parts;
}

std::string to_string(const StepParts& parts) {
  const double whole = parts.loss + parts.gradient + parts.adam;
  const auto percent = [&](double seconds) { return 100 * std::max(0.0, seconds) / whole; };
  return fmt::format(
      "the net {:.0f} %, its score {:.0f} %, the trace {:.0f} %, the loss's gradient {:.0f} %, Adam {:.0f} %",
      percent(parts.net), percent(parts.score), percent(parts.loss - parts.net - parts.score),
      percent(parts.gradient), percent(parts.adam));
}

void ask_training(const Learner& learner, Checked& checked, const RingSize& size) {
  constexpr int kStep = 6, kFull = 100;
  if (checked.step->number != kStep || !checked.failure.empty()) return;
  const bool all_right = checked.points() == kFull;
  Question& question = checked.questions.emplace_back(Question{"eight Gaussians learned", 0, 1});
  Failed failed{fmt::format("KL(truth || yours) after {} steps on eight Gaussians in a ring", size.steps), "",
                fmt::format("below {:g} nats", kRingGoal), ""};
  if (!all_right) {
    failed.came = "not asked";
    failed.hint = "mend what is above first";
  } else {
    try {
      const double kl = kl_of(trained_program(learner), learner.folder, size);
      if (kl < kRingGoal) {
        question.right = 1;
        return;
      }
      failed.came = fmt::format("{:.3g}", kl);
      failed.hint =
          "all parts are right alone: does train_step use them as they are? gradzoo course train DIR draws "
          "what was learned";
    } catch (const Error& error) {
      failed.came = error.what();
      failed.hint = "gradzoo course train DIR runs the training alone";
    }
  }
  question.failed.push_back(std::move(failed));
}

}  // namespace gradzoo::course
