// The row of docs/add-ledger-row.md, for an integrator in one dimension: it passes, and fails with each
// planted error.
//! tree
#include <cmath>
#include <variant>

#include "tools/verify/ledger/row.h"

namespace gradzoo {

struct State1 {
  double x, v;
};
using Integrator = State1 (*)(State1);

State1 turned(State1 s) { return {s.x, -s.v}; }
State1 leapfrog(State1 s) {
  s.v -= 0.05 * s.x;
  s.x += 0.1 * s.v;
  s.v -= 0.05 * s.x;
  return s;
}
State1 leapfrog_steps(State1 s) { return turned(leapfrog(s)); }
State1 one_way(State1 s) { return leapfrog(s); }
State1 euler(State1 s) { return turned({s.x + 0.1 * s.v, s.v - 0.1 * s.x}); }

RowResult reversal(Integrator integrate, const RowContext&) {
  const State1 end = integrate(integrate({1, 0.5}));
  return {std::abs(end.x - 1) + std::abs(end.v - 0.5), AtMost{1e-12}, "one step"};
}

//! block

}  // namespace gradzoo

int main() {
  const gradzoo::Row row = gradzoo::reversal_rows().front();
  const auto holds = [](const gradzoo::RowResult& result) {
    return result.value <= std::get<gradzoo::AtMost>(result.gate).bound;
  };
  if (!holds(row.measure({}))) return 1;
  for (const gradzoo::Plant& plant : row.plants)
    if (holds(plant.measure({}))) return 2;
  return row.plants.size() == 2 ? 0 : 3;
}
