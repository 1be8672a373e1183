#include "models/classifier/digits.h"

#include "gradzoo/state/checkpoint.h"

namespace gradzoo {
namespace detail {

// The file as it stands, taken in by the assembler under the names that the compiler gives these two.
extern const char digit_weights[], digit_weights_end[];
#ifdef __APPLE__
#define CONSTANTS ".const_data\n.balign 16\n"
#define AFTERWARDS ".text\n"
#define LABEL(name) ".private_extern _" name "\n.globl _" name "\n_" name ":\n"
#else
#define CONSTANTS ".section .rodata\n.balign 16\n"
#define AFTERWARDS ".previous\n"
#define LABEL(name) ".hidden " name "\n.globl " name "\n" name ":\n"
#endif
asm(CONSTANTS LABEL("_ZN7gradzoo6detail13digit_weightsE") ".incbin \"" GRADZOO_DIGIT_WEIGHTS "\"\n" LABEL(
    "_ZN7gradzoo6detail17digit_weights_endE") ".byte 0\n" AFTERWARDS);

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
