#pragma once

#include <string>
#include <string_view>

namespace gradzoo {

/// Escapes a text for an HTML page, between tags or in a quoted attribute.
std::string html_escape(std::string_view text);

}  // namespace gradzoo
