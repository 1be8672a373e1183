#include <doctest/doctest.h>

#include "gradzoo/experiments/zoo.h"
#include "support/error_message.h"
#include "tools/serve/served.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE(
    "the playground is for this machine, its files are the zoo's, and its frames ask this server for "
    "nothing") {
  const ScratchDirectory scratch;
  const Served served(scratch.file(""));
  CHECK(served.get("/api/runs").json()["computes"] == true);
  const Reply page = served.get("/playground");
  check_says(page.head, {"default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"});
  check_says(page.body, {"/playground/script.js", "id=\"expression\""});
  CHECK(served.get("/playground/script.js").body.starts_with("globalThis.gradzooServed = true;"));
  CHECK(served.get("/playground/style.css").status == 200);
  const std::string zoo = find_run("zoo/vae");
  for (const char* file : {"config.toml", "weights.safetensors"})
    CHECK(served.get(fmt::format("/zoo?model=vae&file={}", file)).body == read_file(zoo + "/" + file));
  for (const char* wrong :
       {"model=vae&file=card.json", "model=../zoo/vae&file=config.toml", "model=vae/&file=config.toml",
        "model=&file=config.toml", "model=vae&file=../vae/config.toml", "model=.&file=config.toml"})
    CHECK_MESSAGE(served.get(std::string("/zoo?") + wrong).status == 400, wrong);

  const Served open_to_all(scratch.file(""), ".", 0, "0.0.0.0");
  CHECK(open_to_all.get("/api/runs").json()["computes"] == false);
  for (const char* path : {"/playground", "/zoo?model=vae&file=config.toml", "/engine/progress?engine=a"})
    CHECK_MESSAGE(open_to_all.get(path).status == 403, path);
  CHECK(open_to_all.post("/engine/ask?engine=a", "{\"ask\":\"labs\"}").status == 403);
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
