#pragma once

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace gradzoo {

/// An HTTP request: the parts that this server reads.
struct HttpRequest {
  std::string method, path;
  std::multimap<std::string, std::string> query = {};  // decoded
  /// Headers; "" if one is missing. `host` is "" too if the request has several.
  std::string host = {}, origin = {}, fetch_site = {}, content_type = {};
  std::string body = {};

  /// Returns the first value of this name in the query, or "" if there is none.
  std::string parameter(const std::string& name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type, body;
  std::map<std::string, std::string> headers = {};  // additional headers
};

/// A handler that answers requests. Many threads call it; it throws no exceptions.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual HttpResponse answer(const HttpRequest& request) const = 0;
  /// True if the answer may take long, and delays no others. The request's body may not be there yet.
  virtual bool takes_long(const HttpRequest& request) const = 0;
};

/// Parses "a=1&b=%2f+" into names and values: "1" and "/ ". Invalid escapes are kept unchanged.
std::multimap<std::string, std::string> parsed_query(std::string_view query);

HttpResponse json_response(const nlohmann::json& json, int status = 200);

/// Returns {"error": sentence}.
HttpResponse refusal_response(int status, const std::string& sentence);

/// True if the texts are equal apart from upper and lower case, as for host names and media types.
bool equal_in_any_case(std::string_view a, std::string_view b);

/// True if a Host header has a name that no foreign domain can have: a numeric address, localhost, or the
/// name that this server was given. A site whose name resolves to this machine (DNS rebinding) sends that
/// name.
bool is_own_name(std::string_view host, std::string_view given = "");

/// A request's target: "/a?b" with the host from the Host header, or complete, "http://host/a?b".
struct HttpTarget {
  std::string host, path, query;
};
HttpTarget parsed_target(std::string_view target, std::string_view host);

/// Returns the number of bytes in the empty lines before a request, which HTTP allows.
size_t empty_lines(std::string_view bytes);

/// True if the host is this machine's loopback: 127.0.0.0/8, ::1 or localhost.
bool is_loopback(std::string_view host);

/// True if an Origin header is "http://" followed by the Host header.
bool is_same_origin(std::string_view origin, std::string_view host);

}  // namespace gradzoo
