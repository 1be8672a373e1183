// The use of docs/architecture.md: it finds its options, and refuses points.
//! tree
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/runs/uses/use.h"

namespace gradzoo {

//! block

}  // namespace gradzoo

int main() {
  const gradzoo::Use use = gradzoo::brightness_use();
  gradzoo::OptionTable table;
  use.options()->describe(table);
  gradzoo::Abilities abilities;
  gradzoo::DataShape points;
  return use.name == "brightness" && gradzoo::lacks_samples_of_images(abilities, points) == "draws points"
             ? 0
             : 1;
}
