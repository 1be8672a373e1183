#include "plot/html.h"

#include <string>

#include <doctest/doctest.h>

namespace gradzoo {

TEST_CASE("nothing in an escaped text can end a tag, an attribute or a text") {
  CHECK(html_escape("<script>alert('1 & \"2\"')</script>") ==
        "&lt;script&gt;alert(&#39;1 &amp; &quot;2&quot;&#39;)&lt;/script&gt;");
  CHECK(html_escape("log p(x) in nats, \xE2\x88\x82") == "log p(x) in nats, \xE2\x88\x82");
  CHECK(html_escape(std::string("a\0b", 3)) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(html_escape("") == "");
}

}  // namespace gradzoo
