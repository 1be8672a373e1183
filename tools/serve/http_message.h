#pragma once

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace gradzoo {

/// A request over HTTP, as far as the page looks at it.
struct HttpRequest {
  std::string method, path;
  std::multimap<std::string, std::string> query = {};  // decoded
  /// Headers; "" where there is none. `host` is "" too where there are several.
  std::string host = {}, origin = {}, fetch_site = {}, content_type = {};
  std::string body = {};

  /// The first value of that name in the query; "" where there is none.
  std::string parameter(const std::string& name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type, body;
  std::map<std::string, std::string> headers = {};  // more of them
};

/// What answers. Called by many threads; throws nothing.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual HttpResponse answer(const HttpRequest& request) const = 0;
  /// Whether the answer may take seconds: such ones wait for each other, and for nobody else.
  virtual bool takes_long(const HttpRequest& request) const = 0;
};

/// "a=1&b=%2f+" by names and values: "1" and "/ ". What is no escape stays as it is.
std::multimap<std::string, std::string> parsed_query(std::string_view query);

HttpResponse json_response(const nlohmann::json& json, int status = 200);

/// {"error": sentence}
HttpResponse refusal_response(int status, const std::string& sentence);

/// True if the two texts differ at most in capitals, as names of hosts and of media types may.
bool equal_in_any_case(std::string_view a, std::string_view b);

/// Whether a Host header's name is one that no stranger's domain can be: an address as numbers, localhost, or
/// the name that this server was given. A site that has its own name resolve to this machine (DNS rebinding)
/// still sends that name.
bool is_own_name(std::string_view host, std::string_view given = "");

/// True if a Content-Type header names JSON, whatever its capitals and parameters.
bool is_json(std::string_view content_type);

/// A request's target: "/a?b" of the Host header's host, or all in one, "http://host/a?b".
struct HttpTarget {
  std::string host, path, query;
};
HttpTarget parsed_target(std::string_view target, std::string_view host);

/// The bytes of the empty lines before a request, which HTTP lets a client send.
size_t empty_lines(std::string_view bytes);

/// Whether the host is this machine's loopback: 127.0.0.0/8, ::1 or localhost.
bool is_loopback(std::string_view host);

/// Whether an Origin header names the page that was asked for under the Host header: "http://" and that.
bool is_same_origin(std::string_view origin, std::string_view host);

}  // namespace gradzoo
