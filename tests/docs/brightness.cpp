// The use of docs/add-use.md: it finds its options, and refuses points.
//! tree
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/experiments/uses/use.h"

namespace gradzoo {

//! block

}  // namespace gradzoo

int main() {
  const gradzoo::Use use = gradzoo::brightness_use();
  gradzoo::OptionTable table;
  use.options()->describe(table);
  gradzoo::Abilities abilities;
  const gradzoo::DataShape points{.example = {2}};
  return use.name == "brightness" && use.missing(abilities, points) == "draws points" ? 0 : 1;
}
