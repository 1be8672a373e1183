#include <doctest/doctest.h>

#include "experiments/refusals.h"

using namespace gradzoo::test;

TEST_CASE("An op with kinks says that its derivatives were checked to a lower order than was asked for") {
  const ProcessResult result = run_ok("gradcheck relu neg --order 3", "/tmp");
  const auto row = [&](const std::string& op) {
    const size_t begin = result.out.find("\n  " + op + " ") + 1;
    return result.out.substr(begin, result.out.find('\n', begin) - begin);
  };
  CHECK_MESSAGE(contains(row("relu"), "ok to order 2"), result.out);
  CHECK_MESSAGE(row("neg").ends_with("ok"), result.out);
  CHECK_FALSE(contains(run_gradzoo("gradcheck relu --order 2", "/tmp").out, "to order"));
}
