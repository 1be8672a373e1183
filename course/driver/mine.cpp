// `gradzoo course show`: the tape that the learner's own function leaves, and its adjoints.
#include "mine.h"

#include "cases.h"

void driver::answer_case(Words&, Answer& answer) {
  course::Tape tape;
  const course::Value y = course::mine(tape);
  answer.number(static_cast<double>(tape.nodes.size()));
  answer.number(y.index);
  for (const course::Node& node : tape.nodes) {
    answer.number(static_cast<int>(node.op));
    answer.number(node.a);
    answer.number(node.b);
    answer.number(node.value);
  }
  try {
    for (const double adjoint : backward(y)) answer.number(adjoint);
  } catch (const course::NotWritten&) {  // step 2 is yet to come
  }
}
