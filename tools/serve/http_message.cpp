#include "tools/serve/http_message.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

namespace gradzoo {
namespace {

std::string unescaped(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char code = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2) {
      result += static_cast<char>(code);
      i += 2;
    } else {
      result += text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

}  // namespace

std::string HttpRequest::parameter(const std::string& name) const {
  const auto found = query.lower_bound(name);
  return found != query.end() && found->first == name ? found->second : "";
}

std::multimap<std::string, std::string> parsed_query(std::string_view query) {
  std::multimap<std::string, std::string> values;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const size_t name = std::min(pair.find('='), pair.size());
    values.emplace(unescaped(pair.substr(0, name)), unescaped(pair.substr(std::min(pair.size(), name + 1))));
  }
  return values;
}

HttpResponse json_response(const nlohmann::json& json, int status) {
  return {.status = status,
          .content_type = "application/json",
          .body = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

HttpResponse refusal_response(int status, const std::string& sentence) {
  return json_response({{"error", sentence}}, status);
}

}  // namespace gradzoo
