#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gradzoo::test {

struct HtmlTag {
  std::string name;
  bool closing = false;
  std::map<std::string, std::string> attributes;
};

/// Returns the tags of a page as a browser finds them: text in a quoted attribute has no tags, and script and
/// style have no tags before their end.
inline std::vector<HtmlTag> html_tags(std::string_view page) {
  std::vector<HtmlTag> tags;
  const auto is_name = [](char c) {
    return std::string_view(" \t\n=>/\"'").find(c) == std::string_view::npos;
  };
  std::size_t at = 0;
  const auto take_name = [&] {
    std::string name;
    while (at < page.size() && is_name(page[at])) name += page[at++];
    return name;
  };
  while ((at = page.find('<', at)) != std::string_view::npos) {
    HtmlTag tag;
    ++at;
    tag.closing = at < page.size() && page[at] == '/';
    if (tag.closing) ++at;
    tag.name = take_name();
    while (at < page.size() && page[at] != '>') {
      const std::string attribute = take_name();
      std::string value;
      if (at < page.size() && page[at] == '=') ++at;
      if (at < page.size() && (page[at] == '"' || page[at] == '\'')) {
        const char quote = page[at++];
        while (at < page.size() && page[at] != quote) value += page[at++];
      }
      if (!attribute.empty()) tag.attributes[attribute] = value;
      if (at < page.size() && page[at] != '>') ++at;
    }
    tags.push_back(tag);
    if (!tag.closing && (tag.name == "script" || tag.name == "style")) at = page.find("</" + tag.name, at);
    if (at == std::string_view::npos) break;
  }
  return tags;
}

/// Returns true if every tag that needs an end tag has one, in the right order.
inline bool is_well_nested(std::string_view page) {
  std::vector<std::string> open;
  for (const HtmlTag& tag : html_tags(page)) {
    if (tag.name == "!DOCTYPE" || tag.name == "meta" || tag.name == "link" || tag.name == "img" ||
        tag.name == "input" || tag.name == "path" || tag.name == "rect")
      continue;
    if (!tag.closing) {
      open.push_back(tag.name);
    } else if (open.empty() || open.back() != tag.name) {
      return false;
    } else {
      open.pop_back();
    }
  }
  return open.empty();
}

}  // namespace gradzoo::test
