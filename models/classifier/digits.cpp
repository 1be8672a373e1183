#include "models/classifier/digits.h"

#include "gradzoo/state/checkpoint.h"

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
  State weights;
  made->add_weights_to(weights);
  SafetensorsReader file("the digit classifier",
                         std::string_view(detail::digit_weights, detail::digit_weights_end));
  load_checkpoint(file, weights, {.model = "classifier"});
  return made;
}

}  // namespace gradzoo
