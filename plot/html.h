#pragma once

#include <string>
#include <string_view>

namespace gradzoo {

/// `text` as it may stand in an HTML page, between tags or within a quoted attribute.
std::string html_escape(std::string_view text);

}  // namespace gradzoo
