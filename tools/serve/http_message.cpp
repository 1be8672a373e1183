#include "tools/serve/http_message.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
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

namespace {

// "[::1]:6006" is "::1", "127.0.0.1:6006" is "127.0.0.1"; "" where what follows is no port.
std::string without_port(std::string_view host) {
  const bool bracketed = host.starts_with('[');
  const size_t end = bracketed ? host.find(']') : host.find(':');
  if (bracketed && end == std::string_view::npos) return "";
  const std::string_view name = host.substr(bracketed ? 1 : 0, bracketed ? end - 1 : end);
  const size_t behind = bracketed ? end + 1 : end;
  const std::string_view port = behind < host.size() ? host.substr(behind) : "";
  const bool good = port.empty() || (port.size() > 1 && port.size() <= 6 && port[0] == ':' &&
                                     port.find_first_not_of("0123456789", 1) == std::string_view::npos);
  return good ? std::string(name) : "";
}

bool is_address(const std::string& name) {
  in6_addr address;
  return ::inet_pton(AF_INET, name.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

}  // namespace

bool equal_in_any_case(std::string_view a, std::string_view b) {
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, small, small);
}

bool is_own_name(std::string_view host, std::string_view given) {
  const std::string name = without_port(host);
  return equal_in_any_case(name, "localhost") || is_address(name) ||
         (!name.empty() && equal_in_any_case(name, given));
}

bool is_loopback(std::string_view host) {
  const std::string name = host == "::1" ? "::1" : without_port(host);
  return equal_in_any_case(name, "localhost") || name == "::1" ||
         (name.starts_with("127.") && is_address(name));
}

bool is_same_origin(std::string_view origin, std::string_view host) {
  return equal_in_any_case(origin, "http://" + std::string(host));
}

HttpTarget parsed_target(std::string_view target, std::string_view host) {
  constexpr std::string_view kScheme = "http://";
  if (equal_in_any_case(target.substr(0, kScheme.size()), kScheme)) {
    target.remove_prefix(kScheme.size());
    host = target.substr(0, target.find_first_of("/?"));
    target.remove_prefix(host.size());
  }
  const size_t path = std::min(target.find('?'), target.size());
  return {.host = std::string(host),
          .path = path == 0 ? "/" : std::string(target.substr(0, path)),
          .query = std::string(target.substr(std::min(target.size(), path + 1)))};
}

size_t empty_lines(std::string_view bytes) {
  size_t end = 0;
  while (bytes.substr(end).starts_with("\r\n")) end += 2;
  return end;
}

}  // namespace gradzoo
