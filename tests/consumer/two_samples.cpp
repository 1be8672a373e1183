// A program of a user's own that calls nothing but two functions of models/eval: what these call of other
// libraries is linked because models/eval declares it.
#include <gradzoo/models/eval/c2st.h>
#include <gradzoo/models/eval/estimate.h>

using namespace gradzoo;

int main() {
  Rng rng(1);
  const bool apart = auroc(ones({3}), zeros({3})).value == 1;
  return apart && c2st(randn({60, 2}, rng), randn({60, 2}, rng)).accuracy <= 1 ? 0 : 1;
}
