#pragma once

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "gradzoo/base/options.h"
#include "gradzoo/base/text.h"

namespace gradzoo::test {

/// Returns another allowed value of an option, as text; "" if there is none or if the option is a free text.
inline std::string another_value(const Option& option) {
  const std::string now = option.text();
  for (const std::string& choice : option.choices)
    if (choice != now) return choice;
  const auto another_integer = [&](int64_t value) {
    return static_cast<double>(value) + 1 <= option.range.high ? value + 1 : value - 1;
  };
  switch (option.type) {
    case OptionType::flag:
      return now == "true" ? "false" : "true";
    case OptionType::integer:
      return std::to_string(another_integer(*parse_number<int64_t>(now)));
    case OptionType::list: {
      const size_t end = std::min(now.find(','), now.size());
      const auto first = parse_number<int64_t>(now.substr(0, end));
      return first ? std::to_string(another_integer(*first)) + now.substr(end) : "";
    }
    case OptionType::real: {
      const double value = *parse_number<double>(now);
      for (const double other : {1.5 * value, 0.5 * value, value + 0.25, value - 0.25})
        if (other != value && other >= option.range.low && other <= option.range.high)
          return fmt::format("{}", other);
      return "";
    }
    case OptionType::text:
      return "";
  }
  return "";
}

}  // namespace gradzoo::test
