#pragma once

#include <string>
#include <string_view>

namespace gradzoo {

/// Whether a Host header's name is one that no stranger's domain can be: an address as numbers, or
/// localhost. A site that has its own name resolve to this machine (DNS rebinding) still sends that name.
bool is_own_name(std::string_view host);

/// Whether the host is this machine's loopback: 127.0.0.0/8, ::1 or localhost.
bool is_loopback(std::string_view host);

/// Whether an Origin header names the page that was asked for under the Host header: "http://" and that.
bool is_same_origin(const std::string& origin, const std::string& host);

}  // namespace gradzoo
