#include "models/classifier/digits.h"

#include "nn/state/checkpoint.h"

namespace gradzoo {
namespace detail {

// The file as it stands, taken in by the assembler under the names that the compiler gives these two.
extern const char digit_weights[], digit_weights_end[];
asm(".section .rodata\n"
    ".balign 16\n"
    ".hidden _ZN7gradzoo6detail13digit_weightsE\n"
    ".global _ZN7gradzoo6detail13digit_weightsE\n"
    "_ZN7gradzoo6detail13digit_weightsE:\n"
    ".incbin \"" GRADZOO_DIGIT_WEIGHTS
    "\"\n"
    ".hidden _ZN7gradzoo6detail17digit_weights_endE\n"
    ".global _ZN7gradzoo6detail17digit_weights_endE\n"
    "_ZN7gradzoo6detail17digit_weights_endE:\n"
    ".byte 0\n"
    ".previous\n");

}  // namespace detail

std::unique_ptr<Classifier> digit_classifier() {
  ClassifierOptions options;
  auto made =
      std::make_unique<Classifier>(options, DataShape{.example = {28, 28}, .classes = 10}, TrainingOptions{});
  // The weights alone: what is in the State beside them serves training.
  State all, weights;
  made->register_state(all);
  for (const State::Entry& entry : all.entries()) {
    const Tensor* const tensor = std::get_if<Tensor>(&entry.target);
    if (tensor != nullptr && !entry.name.starts_with("optimizer.")) weights.add(entry.name, *tensor);
  }
  SafetensorsReader file("the digit classifier", {detail::digit_weights, detail::digit_weights_end});
  load_checkpoint(file, weights, {.model = "classifier"});
  return made;
}

}  // namespace gradzoo
