#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace gradzoo::test {

/// What the explorer's page holds as data.
inline nlohmann::json page_data(const std::string& page) {
  const std::string opening = "<script type=\"application/json\" id=\"tape\">";
  const size_t begin = page.find(opening) + opening.size();
  return nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

}  // namespace gradzoo::test
