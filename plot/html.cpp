#include "plot/html.h"

#include "gradzoo/base/text.h"

namespace gradzoo {

std::string html_escape(std::string_view text) {
  return replaced(text, {{'&', "&amp;"},
                         {'<', "&lt;"},
                         {'>', "&gt;"},
                         {'"', "&quot;"},
                         {'\'', "&#39;"},
                         {'\0', "\xEF\xBF\xBD"}});  // U+FFFD, as a NUL may not stand in HTML
}

}  // namespace gradzoo
