#include "gradzoo/base/options.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

void check_range(const Option& option, double number) {
  const auto [low, high] = option.range;
  if (std::isfinite(number) && number >= low && number <= high) return;
  const std::string bounds = std::isinf(low) && std::isinf(high) ? "a finite number"
                             : std::isinf(high)                  ? fmt::format("at least {}", low)
                                                                 : fmt::format("from {} to {}", low, high);
  throw Error("setting '{}': {} is out of range. Hint: {} ({})", option.key, number, bounds, option.meaning);
}

const char* what_is_wanted(OptionType type) {
  switch (type) {
    case OptionType::integer:
      return "a whole number";
    case OptionType::real:
      return "a number";
    case OptionType::flag:
      return "true or false";
    case OptionType::list:
      return "a list of whole numbers, as in 512,512";
    case OptionType::text:
      break;
  }
  return "a text";
}

}  // namespace

void throw_unknown(std::string_view what, std::string_view name, std::vector<std::string> known) {
  throw Error("{} '{}' is not known. {}", what, name, did_you_mean(name, known));
}

void check_new_name(std::string_view what, std::string_view name, bool taken) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; };
  if (name.empty() || name.front() == '-' || name.back() == '-' ||
      name.find("--") != std::string_view::npos || !std::ranges::all_of(name, is_plain))
    throw Error("'{}' is not a name for a {}. Hint: use lower-case letters, digits and dashes, as in my-vae",
                name, what);
  if (taken) throw Error("two {}s are named '{}'. Hint: give yours another name", what, name);
}

void OptionTable::add(std::string_view key, int64_t& field, std::string_view meaning, Bounds range) {
  Option& option = insert(key, OptionType::integer, meaning, field);
  option.range = range;
  option.text = [&field] { return fmt::format("{}", field); };
  option.read = [&field](const Option& facts, std::string_view text) {
    const std::optional<int64_t> number = parse_number<int64_t>(text);
    if (!number) return false;
    check_range(facts, static_cast<double>(*number));
    field = *number;
    return true;
  };
}

void OptionTable::add(std::string_view key, double& field, std::string_view meaning, Bounds range) {
  Option& option = insert(key, OptionType::real, meaning, field);
  option.range = range;
  option.text = [&field] { return fmt::format("{}", field); };
  option.read = [&field](const Option& facts, std::string_view text) {
    const std::optional<double> number = parse_number<double>(text);
    if (!number) return false;
    check_range(facts, *number);
    field = *number;
    return true;
  };
}

void OptionTable::add(std::string_view key, bool& field, std::string_view meaning) {
  Option& option = insert(key, OptionType::flag, meaning, field);
  option.text = [&field] { return field ? "true" : "false"; };
  option.read = [&field](const Option&, std::string_view text) {
    if (text != "true" && text != "false") return false;
    field = text == "true";
    return true;
  };
}

void OptionTable::add(std::string_view key, std::string& field, std::string_view meaning,
                      std::span<const std::string> choices) {
  Option& option = insert(key, OptionType::text, meaning, field);
  option.choices.assign(choices.begin(), choices.end());
  option.text = [&field] { return field; };
  option.read = [&field](const Option& facts, std::string_view text) {
    if (!facts.choices.empty() && std::ranges::find(facts.choices, text) == facts.choices.end()) return false;
    field = text;
    return true;
  };
}

void OptionTable::add(std::string_view key, std::vector<int64_t>& field, std::string_view meaning,
                      Bounds each) {
  Option& option = insert(key, OptionType::list, meaning, field);
  option.range = each;
  option.text = [&field] { return fmt::format("{}", fmt::join(field, ",")); };
  option.read = [&field](const Option& facts, std::string_view text) {
    std::optional<std::vector<int64_t>> list = parse_numbers<int64_t>(text);
    if (!list) return false;
    for (const int64_t number : *list) check_range(facts, static_cast<double>(number));
    field = std::move(*list);
    return true;
  };
}

bool OptionTable::has(std::string_view key) const {
  return std::ranges::find(options_, key, &Option::key) != options_.end();
}

size_t OptionTable::position(std::string_view key) const {
  const auto found = std::ranges::find(options_, key, &Option::key);
  if (found != options_.end()) return static_cast<size_t>(found - options_.begin());
  std::vector<std::string> known;
  for (const Option& option : options_) known.push_back(option.key);
  throw Error("setting '{}' is not known. {}", key, did_you_mean(key, known));
}

void OptionTable::check_is_new(std::string_view key) const {
  if (has(key)) throw Error("option '{}' is described twice. Hint: give each field its own name", key);
}

Option& OptionTable::of_field(const void* field) {
  const auto found = std::ranges::find(options_, field, &Option::field);
  if (found == options_.end())
    throw Error("a default is set for a field that is not described. Hint: add the field in `describe`");
  return *found;
}

void OptionTable::set(std::string_view key, std::string_view value, std::string_view source) {
  Option& option = options_[position(key)];
  if (!option.read(option, value)) {
    if (option.type == OptionType::text)
      throw Error("setting '{}': '{}' is not known. {}", key, value, did_you_mean(value, option.choices));
    throw Error("setting '{}': '{}' is not {}. Hint: {}, e.g. {}={}", key, value, what_is_wanted(option.type),
                option.meaning, key, option.text());
  }
  option.source = source;
  option.chosen = true;
}

void OptionTable::assign(std::string_view assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    throw Error("'{}' is not a setting. Hint: write key=value, e.g. --set beta=0.5", assignment);
  }
  set(assignment.substr(0, equals), assignment.substr(equals + 1));
}

double rounded(double value, int digits) {
  return parse_number<double>(fmt::format("{:.{}g}", value, digits)).value_or(value);
}

}  // namespace gradzoo
