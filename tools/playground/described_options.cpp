#include "tools/playground/described_options.h"

#include <cmath>

#include <nlohmann/json.hpp>

namespace gradzoo {

using Json = nlohmann::json;

Json described_options(const OptionTable& table, size_t own_from) {
  static constexpr const char* kTypes[] = {"integer", "real", "text", "flag", "list"};
  Json out = Json::array();
  for (size_t i = 0; i < table.all().size(); ++i) {
    const Option& option = table.all()[i];
    Json& line = out.emplace_back(Json{{"key", option.key},
                                       {"type", kTypes[static_cast<size_t>(option.type)]},
                                       {"meaning", option.meaning},
                                       {"value", option.text()},
                                       {"own", i >= own_from}});
    if (!option.choices.empty()) line["choices"] = option.choices;
    if (std::isfinite(option.range.low)) line["low"] = option.range.low;
    if (std::isfinite(option.range.high)) line["high"] = option.range.high;
  }
  return out;
}

}  // namespace gradzoo
