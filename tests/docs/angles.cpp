// The kind of data of docs/add-data.md: a program outside the tree adds it, with a toy of that kind.
//! tree
#include <numbers>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/kinds/kind.h"

namespace gradzoo {

//! block

}  // namespace gradzoo

int main() {
  gradzoo::add_data_kind(gradzoo::angles_kind());
  const gradzoo::DataShape shape = gradzoo::shape_of({.data = "two-angles"});
  return shape.kind().name == "angles" && gradzoo::find_kind("points").small().kind().name == "points" ? 0
                                                                                                       : 1;
}
