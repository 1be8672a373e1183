#include <sstream>
#include <string>
#include <vector>

#include "fuzz/same_options.h"
#include "fuzz/targets.h"
#include "gradzoo/autograd/storage.h"

namespace gradzoo::fuzz {
namespace {

constexpr size_t kMostBytes = 4 << 20;  // of a model that is made

// Of what it learns, at its smallest.
DataShape small_shape(const RunOptions& options) {
  if (!options.entry().data(find_kind("images"))) return {.example = Shape{2}};
  return {.example = Shape{8, 8}, .classes = 3};
}

}  // namespace

bool settings(Bytes bytes) {
  if (text_of(bytes).find('\0') != std::string_view::npos) return false;  // ends an argument of a program
  static const test::ScratchDirectory scratch;
  std::istringstream lines{std::string(text_of(bytes))};
  std::string model;
  std::getline(lines, model);
  std::vector<std::string> assignments;
  for (std::string line; std::getline(lines, line);) assignments.push_back(line);
  return accepts([&] {
    RunOptions options(find_model(model));
    options.assign(assignments);
    const DataShape shape = small_shape(options);
    options.complete(shape);
    require_same_when_read_again(options, scratch.file("config.toml"));
    const PoolLimit limit(kMostBytes, "the model is large. Hint: a smaller one");
    const std::unique_ptr<Model> made = options.make_model(shape);
    State state;
    made->register_state(state);
  });
}

}  // namespace gradzoo::fuzz
