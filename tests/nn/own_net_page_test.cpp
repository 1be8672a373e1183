// docs/own-net.md quotes errors that habits of PyTorch meet: each is what is thrown.
#include <algorithm>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/learn/optim.h"
#include "support/error_message.h"
#include "support/paths.h"

namespace gradzoo {
namespace {

// The rows of the page's last table: habit and error.
std::vector<std::pair<std::string, std::string>> refusals_on_the_page() {
  std::ifstream file(test::source_dir() + "/docs/own-net.md");
  std::vector<std::pair<std::string, std::string>> rows;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "| habit | error |") inside = true;
    const size_t end = line.find(" | `");
    if (inside && end != std::string::npos)
      rows.emplace_back(line.substr(2, end - 2), line.substr(end + 4, line.size() - end - 4 - 3));
  }
  return rows;
}

struct Forgetful : Module {
  Rng rng{1};
  Linear layer{2, 2, rng};
};

}  // namespace

TEST_CASE("docs/own-net.md: what habits of PyTorch meet is what the page says") {
  Rng rng(1);
  Tensor w = ones({2}).requires_grad_().named("w");
  const Linear layer(2, 3, rng);
  const Tensor logits = zeros({32, 2});
  const std::vector<std::pair<std::string, std::function<void()>>> habits = {
      {"`backward` without a tape", [&] { backward(sum(w).named("loss")); }},
      {"`backward(loss)` twice",
       [&] {
         const Tape tape;
         const Tensor loss = sum(square(w));
         backward(loss);
         backward(loss);
       }},
      {"`backward` of one loss per row",
       [&] {
         const Tape tape;
         backward(cross_entropy(logits * w, zeros({32}, DType::i64)));
       }},
      {"`w -= 0.1 * g` under a tape",
       [&] {
         const Tape tape;
         w -= ones({2}) * 0.1;
       }},
      {"a value that the gradient needs is overwritten",
       [&] {
         Tensor x = ones({2});
         const Tape tape;
         const Tensor loss = sum(w * x);
         x += 1.0;
         backward(loss);
       }},
      {"a loss of an earlier iteration",
       [&] {
         Tensor loss;
         {
           const Tape tape;
           loss = sum(w);
         }
         const Tape tape;
         loss = loss + sum(w);
       }},
      {"`x.view({-1, 2})`",
       [&] {
         logits.view({-1, 2});
       }},
      {"an image with channels first",
       [&] {
         Conv2d(3, 8, 3, rng)(zeros({1, 3, 28, 28}));
       }},
      {"labels as floats", [&] { cross_entropy(logits, zeros({32})); }},
      {"`uint8` pixels passed to a layer",
       [&] {
         layer(zeros({1, 2}, DType::u8));
       }},
      {"f64 into a net of f32",
       [&] {
         layer(zeros({1, 2}, DType::f64));
       }},
      {"a forgotten `register_module`", [&] { Adam(Forgetful().parameters()); }},
      {"two optimisers of one net",
       [&] {
         const Adam first(layer.parameters());
         const Adam second(layer.parameters());
       }},
      {"`requires_grad_()` of a result",
       [&] {
         const Tape tape;
         Tensor y = square(w);
         y.requires_grad_();
       }},
  };
  const auto page = refusals_on_the_page();
  CHECK(page.size() == habits.size());
  for (const auto& row : page) {
    const std::string &habit = row.first, &error = row.second;
    const auto found = std::ranges::find(habits, habit, [](const auto& h) { return h.first; });
    REQUIRE_MESSAGE(found != habits.end(), habit);
    const std::string thrown = test::error_message(found->second);
    CHECK_MESSAGE(test::contains(thrown, error), habit, ": ", thrown);
  }
}

}  // namespace gradzoo
