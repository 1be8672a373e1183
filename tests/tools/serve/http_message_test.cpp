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
