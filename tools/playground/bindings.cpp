#include <string>

#include <emscripten/bind.h>

#include "tools/playground/playground.h"

// What the page's worker calls: a text of JSON for a text of JSON.
EMSCRIPTEN_BINDINGS(gradzoo) {
  emscripten::class_<gradzoo::Playground>("Playground")
      .constructor<>()
      .function("answer", &gradzoo::Playground::answer)
      .function(
          "tellProgress", +[](gradzoo::Playground& playground, emscripten::val done) {
            playground.tell_progress([done](double share, const std::string& line) { done(share, line); });
          });
}
