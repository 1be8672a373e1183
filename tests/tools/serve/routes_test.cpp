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

TEST_CASE("the address that is printed is answered, also where the host is a name") {
  const ScratchDirectory scratch;
  // "127.1" is an address to the resolver, and a name to everybody else, as $(hostname) is.
  const Served served(scratch.file(""), ".", 0, "127.1");
  const auto status = [&](const std::string& host) {
    return served.raw(fmt::format("GET /api/runs HTTP/1.1\r\nConnection: close\r\nHost: {}\r\n\r\n", host));
  };
  CHECK(served.get("/").status == 200);
  CHECK(served.get("/api/runs", "Origin: http://" + served.host() + "\r\n").status == 200);
  CHECK(status("127.0.0.1").status == 200);
  const Reply refused = status("evil.example");
  CHECK(refused.status == 421);
  CHECK(contains(refused.json()["error"].get<std::string>(),
                 "Hint: open http://" + served.host() + "/, or start the server with --host"));
}

TEST_CASE("the host of a target counts where it names one") {
  const ScratchDirectory scratch;
  const Served served(scratch.file(""));
  // The host of an absolute target counts, and not the header's.
  const auto absolute = [&](const std::string& target, const std::string& header) {
    return served.raw(fmt::format("GET {} HTTP/1.1\r\nConnection: close\r\nHost: {}\r\n\r\n", target, header))
        .status;
  };
  CHECK(absolute("http://" + served.host() + "/api/runs", served.host()) == 200);
  CHECK(absolute("http://" + served.host() + "/api/runs", "evil.example") == 200);
  CHECK(absolute("http://evil.example/api/runs", served.host()) == 421);
  CHECK(absolute("http://user@evil.example/api/runs", served.host()) == 421);
  CHECK(absolute("http:///api/runs", served.host()) == 421);
}
