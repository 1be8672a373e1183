#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "fuzz/targets.h"
#include "tools/serve/http_server.h"
#include "tools/serve/routes.h"

namespace gradzoo::fuzz {
namespace {

const std::string kSecret = "what no page may show";

// Computes nothing, and starts no process.
class Idle : public Engines {
 public:
  std::string ask(const std::string& name, const std::string& request, const std::string& bytes) override {
    require(!name.empty() && request.find('\n') == std::string::npos, "an engine that is asked two things");
    require(nlohmann::json::parse(request).at("bytes") == bytes.size(), "bytes that nobody counted");
    return "{}";
  }
  std::string progress(const std::string&) override { return "{}"; }
  void stop(const std::string&) override {}
};

class Answering {
 public:
  std::string answer(std::string_view bytes) { return answer_to_bytes(bytes, routes_); }

 private:
  // A folder with a run, and what lies beside it or is linked into it.
  std::string served() const {
    const std::string folder = scratch_.file("runs"), run = folder + "/a";
    std::filesystem::create_directories(run + "/samples");
    test::write_file(run + "/config.toml", "model = \"vae\"\nversion = \"0.2.0\"\nlatent = 8\n");
    test::write_file(run + "/metrics.jsonl", "{\"step\": 1, \"epoch\": 0.1, \"seconds\": 1, \"kl\": 5}\n");
    test::write_file(run + "/report.html", "<!DOCTYPE html>");
    test::write_file(run + "/samples/epoch-0001.png", "a picture");
    test::write_file(run + "/secret.png", kSecret);
    test::write_file(scratch_.file("secret.png"), kSecret);
    const std::string outside = scratch_.file("outside");
    std::filesystem::copy(run, outside, std::filesystem::copy_options::recursive);
    test::write_file(outside + "/samples/epoch-0001.png", kSecret);
    std::filesystem::create_directory_symlink(outside, folder + "/link");
    return folder;
  }

  test::ScratchDirectory scratch_;
  RunsFolder runs_{served()};
  Idle idle_;
  PageRoutes routes_{{.runs = runs_, .engines = idle_, .computes = true}};
};

// Whether it is a page; what else comes is a status and, in words, why.
bool is_page(std::string_view answer) {
  if (answer.empty()) return false;  // there was no request
  require(answer.starts_with("HTTP/1.1 ") && answer.size() > 12, "an answer without a status");
  const std::string_view status = answer.substr(9, 3);
  const size_t end = answer.find("\r\n\r\n");
  require(end != std::string_view::npos, "an answer without an end of its head");
  require(status != "500", "a request that is not refused, but fails");
  if (status < "400") {  // a refusal may repeat what was asked
    require(answer.find(kSecret) == std::string_view::npos, "a file that is not a run's is shown");
    return true;
  }
  const std::string_view body = answer.substr(end + 4);
  if (body.empty()) return false;  // HEAD
  const nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
  require(json.is_object() && json.contains("error"), "a refusal that says nothing");
  require(json["error"].get<std::string>().find("Hint: ") != std::string::npos, "a refusal without a hint");
  return false;
}

}  // namespace

bool serve(Bytes bytes) {
  static Answering server;
  return is_page(server.answer(text_of(bytes)));
}

}  // namespace gradzoo::fuzz
