#include "gradzoo/base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <locale.h>
#if __has_include(<xlocale.h>)
#include <xlocale.h>  // macOS
#endif

namespace gradzoo {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Returns 0 for a word that differs from the name only in case, and at most 1 for one that begins the name.
int64_t distance_to_name(const std::string& word, const std::string& name) {
  const int64_t edits = edit_distance(word, name);
  return word.size() >= 2 && name.starts_with(word) ? std::min<int64_t>(edits, 1) : edits;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

int64_t edit_distance(std::string_view a, std::string_view b) {
  const size_t columns = b.size() + 1;
  std::vector<int64_t> two_above(columns), above(columns), row(columns);
  for (size_t j = 0; j < columns; ++j) row[j] = static_cast<int64_t>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(two_above, above);
    std::swap(above, row);
    row[0] = static_cast<int64_t>(i);
    for (size_t j = 1; j < columns; ++j) {
      const int64_t replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return row.back();
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  if (known.empty()) return "Hint: no name is known here";
  const std::string wanted = lower(word.substr(0, 100));
  const std::string* nearest = nullptr;
  int64_t least = 0;
  for (const std::string& name : known) {
    const int64_t distance = distance_to_name(wanted, lower(name));
    if (!nearest || distance < least) {
      nearest = &name;
      least = distance;
    }
  }
  const auto allowed = std::max<int64_t>(1, static_cast<int64_t>(nearest->size()) / 3);
  if (!wanted.empty() && least <= allowed && least < static_cast<int64_t>(nearest->size()))
    return fmt::format("Hint: did you mean '{}'?", *nearest);
  return fmt::format("Hint: one of {}", fmt::join(known, ", "));
}

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](size_t i) -> char32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  char32_t code = lead & (0xffu >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {0, 0};
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (lead < 0xc2 || lead > 0xf4 || code < kLeast[bytes] || code > 0x10ffff || surrogate) return {0, 0};
  return {code, bytes};
}

namespace {

// libc++ has no std::from_chars of doubles before version 20.
template <class T>
concept ReadFromChars = requires(const char* text, T& number) {
  std::from_chars(text, text, number);
};

template <ReadFromChars T>
std::optional<T> from_chars(std::string_view text, int base) {
  T number{};
  const char* const end = text.data() + text.size();
  std::from_chars_result read;
  if constexpr (std::is_integral_v<T>)
    read = std::from_chars(text.data(), end, number, base);
  else
    read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

// strtod also accepts texts that begin with a space, a '+' or "0x"; they are rejected here.
template <class T>
std::optional<T> from_chars(std::string_view text, int) {
  static const locale_t kPlain = ::newlocale(LC_ALL_MASK, "C", nullptr);
  const bool minus = text.starts_with('-');
  const std::string digits(text.substr(minus ? 1 : 0));
  constexpr std::string_view kBegins = "0123456789.iInN";
  if (digits.empty() || kBegins.find(digits[0]) == std::string_view::npos || digits.starts_with("0x") ||
      digits.starts_with("0X"))
    return {};
  char* end = nullptr;
  const double number = ::strtod_l(digits.c_str(), &end, kPlain);
  const bool over = std::isinf(number) && lower(digits[0]) != 'i';
  const bool under = number == 0 && digits.find_first_of("123456789") < digits.find_first_of("eE");
  if (end != digits.c_str() + digits.size() || over || under) return {};
  return minus ? -number : number;
}

}  // namespace

template <class T>
std::optional<T> parse_number(std::string_view text) {
  return from_chars<T>(text, 10);
}
template std::optional<int64_t> parse_number(std::string_view);
template std::optional<double> parse_number(std::string_view);

std::optional<uint32_t> parse_hexadecimal(std::string_view text) { return from_chars<uint32_t>(text, 16); }

template <class T>
std::optional<std::vector<T>> parse_numbers(std::string_view text) {
  std::vector<T> numbers;
  while (true) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::optional<T> number = parse_number<T>(text.substr(0, comma));
    if (!number) return {};
    numbers.push_back(*number);
    if (comma == text.size()) return numbers;
    text.remove_prefix(comma + 1);
  }
}
template std::optional<std::vector<int64_t>> parse_numbers(std::string_view);
template std::optional<std::vector<double>> parse_numbers(std::string_view);

namespace {

bool is_shown(char32_t code) {
  const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool steers = (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
                      (code >= 0x2060 && code <= 0x2069) || code == 0x61c || code == 0xfeff;
  return !control && !steers;
}

}  // namespace

std::string replaced(std::string_view text, std::initializer_list<std::pair<char, std::string_view>> by) {
  std::string out;
  for (const char c : text) {
    const auto found = std::ranges::find(by, c, &std::pair<char, std::string_view>::first);
    out += found == by.end() ? std::string_view(&c, 1) : found->second;
  }
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const size_t bytes = std::max<size_t>(1, point.bytes);
    if (point.bytes > 0 && is_shown(point.code))
      out += text.substr(0, bytes);
    else
      out += '?';
    text.remove_prefix(bytes);
  }
  return out;
}

std::string text_columns(std::span<const std::vector<std::string>> rows, std::string_view indent) {
  std::vector<size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    std::string line(indent);
    for (size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string wrapped(const std::string& text, size_t width, const std::string& margin) {
  std::string out;
  size_t used = 0;
  std::istringstream words(text);
  for (std::string word; words >> word; used += word.size()) {
    if (used > 0 && used + 1 + word.size() > width) {
      out += "\n" + margin;
      used = 0;
    }
    if (used > 0) out += ' ', ++used;
    out += word;
  }
  return out;
}

}  // namespace gradzoo
