#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <random>
#include <thread>

#include <sys/file.h>

#include "support/error_message.h"
#include "tools/serve/served.h"

using namespace gradzoo;
using namespace gradzoo::test;
using nlohmann::json;

namespace {

json named(const json& entries, const std::string& name) {
  for (const json& entry : entries)
    if (entry["name"] == name) return entry;
  return nullptr;
}

// Of the server so far, in kB.
long most_memory(Served& served) {
  const std::string status = read_file(fmt::format("/proc/{}/status", served.process().id()));
  return std::stol(status.substr(status.find("VmHWM:") + 6));
}

}  // namespace

TEST_CASE("runs are listed with settings, numbers and pictures, and their curves lie over each other") {
  const ScratchDirectory scratch;
  write_run(scratch.file("vae-1"), 5);
  write_run(scratch.file("deep/er/vae-2"), 3);
  std::filesystem::create_directories(scratch.file("empty"));
  const Served served(scratch.file(""));
  const json answer = served.get("/api/runs").json();
  REQUIRE(answer["runs"].size() == 2);
  const json run = named(answer["runs"], "vae-1");
  CHECK(run["model"] == "vae");
  CHECK(run["settings"] == json::parse(R"([["latent", "8"], ["lr", "0.001"]])"));
  CHECK(run["step"] == 50);
  CHECK(run["last"] == json::parse(R"({"loss_nats_per_image": 20.0})"));
  CHECK(run["pictures"] == json::parse(R"(["epoch-0001.png", "epoch-0002.png"])"));
  CHECK(run["training"] == false);
  CHECK(named(answer["runs"], "deep/er/vae-2")["step"] == 30);

  const json curves = served.get("/api/curves?run=vae-1&run=deep%2Fer%2Fvae-2&x=epoch").json();
  REQUIRE(curves.size() == 1);
  const std::string html = curves[0]["html"];
  CHECK(curves[0]["key"] == "loss_nats_per_image");
  check_says(html, {"<h3>loss</h3>", ">nats/image</text>", ">vae-1</text>", ">deep/er/vae-2</text>",
                    "class=\"line s0", "class=\"line s1"});
  CHECK(contains(html, "&quot;0.3&quot;,&quot;33.3333&quot;"));  // the last point of the second: epoch, loss

  CHECK(served.get("/picture?run=vae-1&file=epoch-0002.png").body == "\x89PNG two");
  write_file(scratch.file("vae-1/samples/kl.svg"), "<svg/>");
  CHECK(served.get("/api/runs").json()["runs"].dump().find("\"kl.svg\"") != std::string::npos);
  const Reply chart = served.get("/picture?run=vae-1&file=kl.svg");
  CHECK(chart.body == "<svg/>");
  check_says(chart.head, {"image/svg+xml", "sandbox"});
  CHECK(contains(served.get("/report?run=vae-1").body, "<title>of "));
  CHECK(served.get("/curves").status == 404);
}

TEST_CASE("a training is seen as it goes on, and the page leaves it alone") {
  const ScratchDirectory scratch;
  const std::string run = scratch.file("vae-1"), metrics = run + "/metrics.jsonl";
  write_run(run, 2);
  const Served served(scratch.file(""));
  const int file = ::open(metrics.c_str(), O_WRONLY | O_APPEND);
  REQUIRE(::flock(file, LOCK_EX | LOCK_NB) == 0);  // as a training has it
  CHECK(served.get("/api/runs").json()["runs"][0]["training"] == true);
  const std::string row =
      "{\"step\": 30, \"epoch\": 0.3, \"seconds\": 2, \"loss_nats_per_image\": 7}\n{\"step\": 4";
  REQUIRE(::write(file, row.data(), row.size()) == static_cast<ssize_t>(row.size()));
  CHECK(served.get("/api/runs").json()["runs"][0]["last"]["loss_nats_per_image"] == 7);  // the torn row waits
  CHECK(contains(served.get("/api/curves?run=vae-1").body, "\\&quot;7\\&quot;") == false);
  CHECK(contains(served.get("/api/curves?run=vae-1").json()[0]["html"].get<std::string>(), "&quot;7&quot;"));
  ::close(file);
  CHECK(served.get("/api/runs").json()["runs"][0]["training"] == false);
}

TEST_CASE("every run that is listed opens, and of a thousand those are shown that changed last") {
  const ScratchDirectory scratch;
  for (const char* name : {"exp/one", "exp-2", "exp.3", "a/b/c", "a/b/c2", "z"})
    write_run(scratch.file(name), 2);
  write_run(scratch.file("z/inner"), 2);   // a run holds no runs
  write_run(scratch.file("q/u/i/te"), 2);  // too deep
  const Served served(scratch.file(""));
  const auto listed = [&] { return served.get("/api/runs").json(); };
  CHECK(listed()["runs"].size() == 6);
  CHECK(listed()["left_out"] == 0);
  for (const json& run : listed()["runs"])
    CHECK_MESSAGE(served.get("/report?run=" + run["name"].get<std::string>()).status == 200, run["name"]);
  for (const char* name :
       {"exp/one/", "exp//one", "./z", "exp/../z", "/z", "z/samples", "a", "a/b", "z/inner", "q/u/i/te"})
    CHECK_MESSAGE(served.get(std::string("/report?run=") + name).status == 400, name);
  for (int i = 0; i < 600; ++i) {
    const std::string run = scratch.file(fmt::format("b/{:03}", i));
    std::filesystem::create_directories(run);
    write_file(run + "/config.toml", "model = \"vae\"\nversion = \"0.2.0\"\n");
    const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1 + i);
    std::filesystem::last_write_time(run + "/config.toml", old);
  }
  const json many = listed();
  CHECK(many["runs"].size() == 500);
  CHECK(many["left_out"] == 106);
  CHECK(named(many["runs"], "z") != nullptr);  // the last by name
  CHECK(named(many["runs"], "b/493") != nullptr);
  CHECK(named(many["runs"], "b/494") == nullptr);
  CHECK(served.get("/api/curves?run=b/599").status == 200);
}

TEST_CASE("a metrics file of a million rows costs seconds once, and no memory to speak of") {
  const ScratchDirectory scratch;
  write_run(scratch.file("long"), 2);
  std::string rows;
  for (int step = 3; step < 1'000'000; ++step)
    rows += fmt::format("{{\"step\": {}, \"epoch\": 1, \"seconds\": 1, \"loss_nats_per_image\": {}}}\n", step,
                        7.0 + step % 2);
  write_file(scratch.file("long/metrics.jsonl"), rows);
  Served served(scratch.file(""));
  CHECK(served.get("/").status == 200);
  const long before = most_memory(served);
  std::vector<std::future<Reply>> pages;
  for (int i = 0; i < 7; ++i)
    pages.push_back(std::async(std::launch::async, [&] { return served.get("/api/runs"); }));
  for (auto& page : pages) CHECK(page.get().json()["runs"][0]["step"] == 999'999);
  CHECK(contains(served.get("/api/curves?run=long").json()[0]["html"].get<std::string>(),
                 "&quot;999.999k&quot;"));
  CHECK(most_memory(served) < before + 32 * 1024);
}

TEST_CASE("what is damaged is said of that run alone") {
  const ScratchDirectory scratch;
  write_run(scratch.file("good"), 2);
  write_run(scratch.file("bad"), 2);
  write_file(scratch.file("bad/metrics.jsonl"), "{\"step\": 1}\nnonsense\n{\"step\": 3}\n");
  const Served served(scratch.file(""));
  const json runs = served.get("/api/runs").json()["runs"];
  CHECK(contains(named(runs, "bad")["problem"].get<std::string>(), "line 2"));
  CHECK(!named(runs, "good").contains("problem"));
  CHECK(served.get("/api/curves?run=bad&run=good").json().size() == 1);
  CHECK(contains(served.get("/api/curves?run=good&x=lr").json()["error"].get<std::string>(),
                 "step, epoch or seconds"));
  CHECK(served.get("/api/curves?run=good&smoothing=100").status == 400);
  CHECK(served.get("/api/curves?run=good&smoothing=nan").status == 400);
}

TEST_CASE("nothing outside of the folder is read, and no link is followed") {
  const ScratchDirectory scratch;
  write_run(scratch.file("secret"), 2);
  write_run(scratch.file("runs/vae-1"), 2);
  write_file(scratch.file("secret.png"), "secret");
  std::filesystem::create_directory_symlink(scratch.file("secret"), scratch.file("runs/link"));
  std::filesystem::create_symlink(scratch.file("secret.png"), scratch.file("runs/vae-1/samples/link.png"));
  write_run(scratch.file("runs/vae-2"), 2);
  std::filesystem::remove_all(scratch.file("runs/vae-2/samples"));
  std::filesystem::create_directory_symlink(scratch.file("secret/samples"),
                                            scratch.file("runs/vae-2/samples"));
  const Served served(scratch.file(""), "runs");
  CHECK(served.get("/api/runs").json()["runs"].size() == 2);
  for (const char* path :
       {"/picture?run=../secret&file=epoch-0001.png", "/picture?run=link&file=epoch-0001.png",
        "/picture?run=vae-1/../../secret&file=epoch-0001.png", "/picture?run=vae-1&file=link.png",
        "/picture?run=vae-2&file=epoch-0001.png", "/picture?run=vae-1&file=../config.toml",
        "/picture?run=vae-1&file=%2e%2e%2fconfig.toml",
        "/picture?run=vae-1&file=..%2f..%2fsecret%2freport.html",
        "/picture?run=..%2fsecret&file=epoch-0001.png", "/picture?run=vae-1%00&file=epoch-0001.png",
        "/picture?run=vae-1&file=epoch-0001.png%00", "/picture?run=vae-1&file=/etc/passwd",
        "/picture?run=%2fetc&file=passwd", "/report?run=../secret", "/report?run=link", "/report",
        "/engine/progress", "/engine/progress?engine=x%00", "/engine/progress?engine=G"}) {
    const Reply reply = served.get(path);
    CAPTURE(path);
    CHECK(reply.status == 400);
    CHECK(contains(reply.json()["error"].get<std::string>(), "Hint: "));
  }
  for (const char* path : {"/../secret.png", "/%2e%2e/secret.png", "/runs/vae-1/config.toml", "//etc/passwd"})
    CHECK_MESSAGE(served.get(path).status >= 400, path);
}

TEST_CASE("only its own page may ask: Host, Origin and the kind of request are looked at") {
  const ScratchDirectory scratch;
  write_run(scratch.file("vae-1"), 2);
  const Served served(scratch.file(""));
  const auto status = [&](const std::string& headers, const std::string& method = "GET") {
    return served.raw(method + " /api/runs HTTP/1.1\r\nConnection: close\r\n" + headers + "\r\n").status;
  };
  const std::string host = "Host: " + served.host() + "\r\n";
  CHECK(status(host) == 200);
  CHECK(status(fmt::format("Host: localhost:{}\r\n", served.port())) == 200);
  CHECK(status("Host: evil.example\r\n") == 421);
  CHECK(status(fmt::format("Host: evil.example:{}\r\n", served.port())) == 421);
  CHECK(status("Host: 127.0.0.1.evil.example\r\n") == 421);
  CHECK(status("") == 421);
  CHECK(status(host + "Host: evil.example\r\n") == 421);
  CHECK(status(host + "Origin: http://" + served.host() + "\r\n") == 200);
  CHECK(status(host + "Origin: http://evil.example\r\n") == 403);
  CHECK(status(host + "Origin: null\r\n") == 403);
  CHECK(status(host + "Origin: https://" + served.host() + "\r\n") == 403);
  CHECK(status(host + "Sec-Fetch-Site: cross-site\r\n") == 403);
  CHECK(status(host, "PUT") == 405);
  CHECK(status(host, "DELETE") == 405);
  const std::string body = R"({"ask": "labs"})", ask = "/engine/ask?engine=a";
  for (const char* type : {"Content-Type: text/plain\r\n", "Content-Type: multipart/form-data\r\n", "",
                           "Content-Type: application/octet-stream; x\r\n"})
    CHECK_MESSAGE(served.post(ask, body, type).status == 415, type);  // a form's
  CHECK(served.post(ask, body).status == 200);
  // A file is only for its own page: what is announced here is never sent.
  const auto announced = [&](const std::string& headers) {
    return served
        .raw("POST " + ask + " HTTP/1.1\r\nConnection: close\r\nContent-Length: 1000000\r\n" + headers +
             "\r\n")
        .status;
  };
  CHECK(announced(host + "Content-Type: text/plain\r\n") == 413);
  CHECK(announced(host + kPosted + "Origin: null\r\n") == 413);
  CHECK(announced("Host: evil.example\r\n" + kPosted) == 413);

  const Reply page = served.get("/");
  check_says(page.head, {"frame-ancestors 'none'", "X-Content-Type-Options: nosniff"});
  CHECK(!contains(page.body, "://"));  // it loads nothing from elsewhere
  CHECK(contains(served.get("/report?run=vae-1").head, "sandbox allow-scripts"));
}

TEST_CASE("a port that is taken, and a folder that is not there, are refused") {
  const ScratchDirectory scratch;
  const Served served(scratch.file(""));
  const ProcessResult taken =
      run_process({command(), "serve", ".", "--port", std::to_string(served.port())}, scratch.file(""));
  CHECK(taken.status == 1);
  CHECK(taken.err == fmt::format("gradzoo: serve: cannot listen at 127.0.0.1, port {}. Hint: try --port 0, "
                                 "which takes a free port\n",
                                 served.port()));
  CHECK(run_process({command(), "serve", "nowhere"}, scratch.file("")).err ==
        "gradzoo: serve: nowhere is not a folder. Hint: name the folder of your runs; gradzoo train vae "
        "makes one\n");
}

TEST_CASE("what is broken, huge, silent, or one of a thousand at once leaves it alive") {
  const ScratchDirectory scratch;
  write_run(scratch.file("vae-1"), 2);
  const Served served(scratch.file(""));
  CHECK(served.post("/api/runs", std::string(1 << 20, ' ')).status == 413);
  CHECK(served.raw("GET /" + std::string(100000, 'a') + " HTTP/1.1\r\n\r\n").status != 200);
  CHECK(served.raw("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(100000, 'a') + "\r\n\r\n").status != 200);
  // 300 of a good request's texts with bytes changed, cut out or put in (seed fixed).
  const std::string good = fmt::format(
      "POST /engine/ask?engine=a&run=%41 HTTP/1.1\r\nHost: {}\r\n{}"
      "Content-Length: 12\r\nConnection: close\r\n\r\n{{\"ask\": \"\"}}\n",
      served.host(), kPosted);
  std::mt19937 random(11);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = good;
    for (uint64_t change = random() % 6; change > 0; --change) {
      const size_t at = random() % bytes.size();
      if (random() % 3 == 0) bytes.erase(at, random() % 9);
      if (bytes.empty()) break;
      bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    }
    const Connection connection(served.port());
    connection.send(bytes);  // and gone
  }
  // A thousand connections, all silent, or cut within a line.
  std::vector<std::unique_ptr<Connection>> many;
  for (int i = 0; i < 1000; ++i) {
    many.push_back(std::make_unique<Connection>(served.port()));
    if (i % 2 == 0) many.back()->send("GET / HT");
  }
  CHECK(many.back()->connected());
  Reply reply;
  for (int i = 0; i < 10 && reply.status != 200; ++i) reply = served.get("/api/runs");
  CHECK(reply.status == 200);
  CHECK(reply.json()["runs"].size() == 1);
  // A thousand at once that do ask.
  many.clear();
  for (int i = 0; i < 1000; ++i) {
    many.push_back(std::make_unique<Connection>(served.port()));
    many.back()->send(
        fmt::format("GET /api/runs HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", served.host()));
  }
  int answered = 0;
  for (const auto& connection : many) answered += reply_of(connection->receive()).status == 200;
  CHECK(answered == 1000);
}

TEST_CASE("however many connect, files are left to compute with") {
  const ScratchDirectory scratch;
  const Served served(scratch.file(""), ".", 200);
  std::vector<std::unique_ptr<Connection>> silent;
  for (int i = 0; i < 192; ++i) silent.push_back(std::make_unique<Connection>(served.port()));
  CHECK(served.post("/engine/ask?engine=a", R"({"ask": "labs"})").json().contains("labs"));
}

TEST_CASE("headers without an end are not kept, and a body that is packed is not unpacked") {
  const ScratchDirectory scratch;
  Served served(scratch.file(""));
  CHECK(served.get("/").status == 200);
  const long before = most_memory(served);
  std::string headers = "GET / HTTP/1.1\r\nHost: " + served.host() + "\r\n";
  while (headers.size() < 64 << 20) headers += "A: " + std::string(1000, 'a') + "\r\n";
  CHECK(served.raw(headers).status == 431);
  CHECK(most_memory(served) < before + 8192);

  const std::string text = R"({"ask": "labs"})";
  const Bytes packed = gzipped(Bytes(text.begin(), text.end()));
  for (const char* name : {"gzip", "br", "deflate"}) {
    const Reply reply = served.post("/engine/ask?engine=a", std::string(packed.begin(), packed.end()),
                                    fmt::format("{}Content-Encoding: {}\r\n", kPosted, name));
    CHECK(reply.status == 400);
    CHECK(contains(reply.json()["error"].get<std::string>(), "not a JSON object"));
  }
}

TEST_CASE("who sends a byte now and then, or a body without an end, does not keep it from others") {
  const ScratchDirectory scratch;
  write_run(scratch.file("vae-1"), 2);
  const Served served(scratch.file(""));
  // A gigabyte that is announced, one that comes in pieces, and one that is packed: none is taken.
  const std::string head = fmt::format(
      "POST /engine/ask?engine=a HTTP/1.1\r\nHost: {}\r\n{}Connection: close\r\n", served.host(), kPosted);
  CHECK(served.raw(head + "Content-Length: 1073741824\r\n\r\n{").status == 413);
  std::string pieces = head + "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) pieces += "1000\r\n" + std::string(0x1000, ' ') + "\r\n";
  CHECK(served.raw(pieces).status != 200);
  CHECK(served.raw(head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx").status != 200);
  CHECK(served.raw(head + "Content-Length: 18446744073709551615\r\n\r\nx").status != 200);

  std::vector<std::unique_ptr<Connection>> slow;
  for (int i = 0; i < 1000; ++i) slow.push_back(std::make_unique<Connection>(served.port()));
  std::atomic<bool> done = false;
  std::thread drip([&] {
    for (size_t i = 0; !done; ++i) {
      const std::string_view request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: ";
      for (const auto& connection : slow) connection->send(i < request.size() ? request.substr(i, 1) : "a");
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
  });
  CHECK(served.get("/api/runs").status == 200);
  done = true;
  drip.join();
}
