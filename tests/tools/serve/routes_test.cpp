#include <cstdlib>

#include <doctest/doctest.h>

#include "support/error_message.h"
#include "tools/serve/served.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("the playground is there where it was built, and may ask this server for nothing") {
  const ScratchDirectory scratch, page;
  for (const bool built : {false, true}) {
    CAPTURE(built);
    if (built) write_file(page.file("playground.html"), "<p>a page</p>");
    ::setenv("GRADZOO_PLAYGROUND", page.file("").c_str(), 1);
    const Served served(scratch.file(""));
    ::unsetenv("GRADZOO_PLAYGROUND");
    CHECK(served.get("/api/runs").json()["playground"] == built);
    const auto reply = served.get("/playground");
    CHECK(reply.status == (built ? 200 : 400));
    CHECK_MESSAGE(contains(reply.body, built ? "<p>a page</p>" : "Hint:"), reply.body);
    CHECK(contains(reply.head, "default-src 'none'") == built);
    CHECK(!contains(reply.head, "connect-src"));
  }
}
