#include "tools/serve/host_name.h"

#include <arpa/inet.h>

namespace gradzoo {
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

bool is_own_name(std::string_view host) {
  const std::string name = without_port(host);
  return name == "localhost" || is_address(name);
}

bool is_loopback(std::string_view host) {
  const std::string name = host == "::1" ? "::1" : without_port(host);
  return name == "localhost" || name == "::1" || (name.starts_with("127.") && is_address(name));
}

bool is_same_origin(const std::string& origin, const std::string& host) { return origin == "http://" + host; }

}  // namespace gradzoo
