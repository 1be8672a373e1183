#include "tools/serve/http_message.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace gradzoo;

TEST_CASE("a query is read by names and values; what is no escape stays as it is") {
  using Values = std::multimap<std::string, std::string>;
  CHECK(parsed_query("") == Values());
  CHECK(parsed_query("run=a&x=step&run=b") == Values{{"run", "a"}, {"run", "b"}, {"x", "step"}});
  CHECK(parsed_query("a%20b=%2F+%2b%c3%A9") == Values{{"a b", "/ +\xc3\xa9"}});
  CHECK(parsed_query("a=1=2&b&=c&&d=") == Values{{"", "c"}, {"", ""}, {"a", "1=2"}, {"b", ""}, {"d", ""}});
  CHECK(
      parsed_query("a=%&b=%4&c=%4g&d=%-1&e=%%41&f=%00") ==
      Values{{"a", "%"}, {"b", "%4"}, {"c", "%4g"}, {"d", "%-1"}, {"e", "%A"}, {"f", std::string(1, '\0')}});

  const HttpRequest request{.method = "GET", .path = "/", .query = parsed_query("run=b&run=a&x=")};
  CHECK(request.parameter("run") == "b");
  CHECK(request.parameter("x") == "");
  CHECK(request.parameter("ru") == "");
}

TEST_CASE("a refusal is JSON, whatever bytes its sentence has") {
  const HttpResponse response = refusal_response(404, "no \xff here");
  CHECK(response.status == 404);
  CHECK(response.content_type == "application/json");
  CHECK(nlohmann::json::parse(response.body) == nlohmann::json{{"error", "no \xef\xbf\xbd here"}});
}

TEST_CASE("a server's own names: addresses, localhost, and the one it was given, in any capitals") {
  CHECK(is_own_name("127.0.0.1:6006"));
  CHECK(is_own_name("[::1]:6006"));
  CHECK(is_own_name("LocalHost:6006"));
  CHECK(!is_own_name("box:6006"));
  CHECK(is_own_name("box:6006", "box"));
  CHECK(is_own_name("BOX", "box"));
  CHECK(is_own_name("127.1:6006", "127.1"));  // an address as only some write it
  for (const char* other :
       {"box.evil.example", "evil.example:6006", "bo", "boxx", "", ":6006", "box:", "box:x"})
    CHECK_MESSAGE(!is_own_name(other, "box"), other);
  for (const char* none : {"", ":6006", "["}) CHECK_MESSAGE(!is_own_name(none, ""), none);
  CHECK(is_loopback("LOCALHOST"));
  CHECK(!is_loopback("box"));
  CHECK(is_same_origin("http://Box:6006", "box:6006"));
  CHECK(!is_same_origin("https://box:6006", "box:6006"));
  CHECK(!is_same_origin("http://box:6007", "box:6006"));
}

TEST_CASE("a target is a path, or names its host as well, which then counts") {
  const auto parts = [](const char* target) {
    const HttpTarget parsed = parsed_target(target, "header:1");
    return std::vector{parsed.host, parsed.path, parsed.query};
  };
  using Parts = std::vector<std::string>;
  CHECK(parts("/a?b=1?2") == Parts{"header:1", "/a", "b=1?2"});
  CHECK(parts("/") == Parts{"header:1", "/", ""});
  CHECK(parts("*") == Parts{"header:1", "*", ""});
  CHECK(parts("http://here:2/a/b?c=d") == Parts{"here:2", "/a/b", "c=d"});
  CHECK(parts("HTTP://here") == Parts{"here", "/", ""});
  CHECK(parts("http://here?c=http://x/") == Parts{"here", "/", "c=http://x/"});
  CHECK(parts("http:///a") == Parts{"", "/a", ""});
  CHECK(parts("https://here/a") == Parts{"header:1", "https://here/a", ""});
  CHECK(parts("/http://here/a") == Parts{"header:1", "/http://here/a", ""});
}

TEST_CASE("empty lines end with CR and LF") {
  CHECK(empty_lines("") == 0);
  CHECK(empty_lines("\r\n\r\nGET / HTTP/1.1\r\n\r\n") == 4);
  CHECK(empty_lines("\r") == 0);
  CHECK(empty_lines("\r\n\r") == 2);
  CHECK(empty_lines("\nGET") == 0);
}
