#include "plot/html.h"

namespace gradzoo {

std::string html_escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      case '\0':
        escaped += "\xEF\xBF\xBD";
        break;  // U+FFFD, as a NUL may not stand in HTML
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace gradzoo
