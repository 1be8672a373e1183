#include "models/base/settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "autograd/base/error.h"
#include "autograd/base/text.h"

namespace gradzoo {
namespace {

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

void check_range(const Setting& setting, double number) {
  if (std::isfinite(number) && number >= setting.low && number <= setting.high) return;
  const std::string bounds = std::isinf(setting.low) && std::isinf(setting.high) ? "a finite number"
                             : std::isinf(setting.high)
                                 ? fmt::format("at least {}", setting.low)
                                 : fmt::format("from {} to {}", setting.low, setting.high);
  throw Error(fmt::format("setting '{}': {} is out of range. Hint: {} ({})", setting.key, number, bounds,
                          setting.meaning));
}

void check_value(const Setting& setting, std::string_view value) {
  const auto wrong_type = [&](std::string_view wanted) {
    return Error(fmt::format("setting '{}': '{}' is not {}. Hint: {}, e.g. {}={}", setting.key, value, wanted,
                             setting.meaning, setting.key, setting.value));
  };
  switch (setting.type) {
    case SettingType::integer: {
      int64_t number = 0;
      if (!parse_number(value, number)) throw wrong_type("a whole number");
      return check_range(setting, static_cast<double>(number));
    }
    case SettingType::real: {
      double number = 0;
      if (!parse_number(value, number)) throw wrong_type("a number");
      return check_range(setting, number);
    }
    case SettingType::flag:
      if (value != "true" && value != "false") throw wrong_type("true or false");
      return;
    case SettingType::text:
      if (setting.choices.empty() || std::ranges::find(setting.choices, value) != setting.choices.end())
        return;
      throw Error(fmt::format("setting '{}': '{}' is not known. {}", setting.key, value,
                              did_you_mean(value, setting.choices)));
  }
}

}  // namespace

Setting& Settings::find(std::string_view key) {
  const auto found = std::ranges::find(settings_, key, &Setting::key);
  if (found != settings_.end()) return *found;
  std::vector<std::string> known;
  for (const Setting& setting : settings_) known.push_back(setting.key);
  throw Error(fmt::format("setting '{}' is not known. {}", key, did_you_mean(key, known)));
}

const Setting& Settings::find(std::string_view key, SettingType type) const {
  const Setting& setting = const_cast<Settings*>(this)->find(key);
  if (setting.type != type)
    throw Error(fmt::format("setting '{}' is asked for as another type than it has", key));
  return setting;
}

void Settings::set(std::string_view key, std::string_view value, std::string_view source) {
  Setting& setting = find(key);
  check_value(setting, value);
  setting.value = value;
  setting.source = source;
  setting.chosen = true;
}

void Settings::set_default(std::string_view key, std::string_view value, std::string_view source) {
  Setting& setting = find(key);
  if (setting.chosen) return;
  check_value(setting, value);
  setting.value = value;
  setting.source = source;
}

void Settings::assign(std::string_view assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    throw Error(fmt::format("'{}' is not a setting. Hint: key=value, e.g. --set beta=0.5", assignment));
  }
  set(assignment.substr(0, equals), assignment.substr(equals + 1));
}

int64_t Settings::integer(std::string_view key) const {
  int64_t number = 0;
  parse_number(find(key, SettingType::integer).value, number);
  return number;
}

double Settings::real(std::string_view key) const {
  double number = 0;
  parse_number(find(key, SettingType::real).value, number);
  return number;
}

const std::string& Settings::text(std::string_view key) const { return find(key, SettingType::text).value; }

bool Settings::flag(std::string_view key) const { return find(key, SettingType::flag).value == "true"; }

const std::string& Settings::value_of(std::string_view key) const {
  return const_cast<Settings*>(this)->find(key).value;
}

bool Settings::is_set(std::string_view key) const { return const_cast<Settings*>(this)->find(key).chosen; }

}  // namespace gradzoo
