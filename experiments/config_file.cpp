#include "gradzoo/experiments/config_file.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/base/version.h"

namespace gradzoo {
namespace {

constexpr uint64_t kMostConfigBytes = 1 << 20;

class Line {
 public:
  Line(std::string_view text, std::string place) : text_(text), place_(std::move(place)) { skip_blanks(); }

  bool at_end() const { return text_.empty() || text_.front() == '#'; }

  std::string key() {
    std::string word = take_while([](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
    skip_blanks();
    if (word.empty() || text_.empty() || text_.front() != '=')
      fail("is not 'key = value'. Hint: begin comments with #");
    text_.remove_prefix(1);
    skip_blanks();
    return word;
  }

  std::string value() {
    std::string out;
    if (!text_.empty() && text_.front() == '"') {
      out = quoted();
    } else if (!text_.empty() && text_.front() == '\'') {
      out = literal();
    } else {
      out = take_while(
          [](char c) { return std::string_view("# \t\n\v\f\r").find(c) == std::string_view::npos; });
      const bool number = !out.empty() && (is_digit(out.front()) || out.front() == '-' || out.front() == '+');
      if (!number && out != "true" && out != "false")
        fail("has a value that is not a number. Hint: put text in quotes");
    }
    skip_blanks();
    if (!at_end()) fail("has text after its value. Hint: write one setting per line");
    return out;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw Error("{} {}", place_, what); }

  void skip_blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t' || text_.front() == '\r'))
      text_.remove_prefix(1);
  }

  template <class Wanted>
  std::string take_while(Wanted&& wanted) {
    const auto end = std::ranges::find_if_not(text_, wanted);
    std::string word(text_.begin(), end);
    text_.remove_prefix(word.size());
    return word;
  }

  std::string literal() {
    text_.remove_prefix(1);
    const size_t end = text_.find('\'');
    if (end == std::string_view::npos) fail("has a string without its end. Hint: close the quotes");
    std::string out(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return out;
  }

  std::string quoted() {
    std::string out;
    for (size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        text_.remove_prefix(i + 1);
        return out;
      }
      out += text_[i] == '\\' ? escaped(i) : text_[i];
    }
    fail("has a string without its end. Hint: close the quotes");
  }

  // The character that stands behind the backslash at `i`; leaves `i` on its last letter.
  char escaped(size_t& i) {
    if (++i < text_.size()) {
      if (text_[i] == '"' || text_[i] == '\\') return text_[i];
      if (text_[i] == 'n') return '\n';
      if (text_[i] == 't') return '\t';
      if (text_.substr(i, 3) == "u00" && i + 4 < text_.size()) {
        const uint32_t code = parse_hexadecimal(text_.substr(i + 3, 2)).value_or(0);
        i += 4;
        if (code > 0 && code < 0x80) return static_cast<char>(code);
      }
    }
    fail("has an unknown escape. Hint: use \\\", \\\\, \\n, \\t or \\u00XX");
  }

  std::string_view text_;
  std::string place_;
};

std::string quoted_text(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (code < 0x20 || code == 0x7f) {
      out += fmt::format("\\u{:04x}", code);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string toml_value(const Option& option) {
  const bool as_it_is = option.type == OptionType::integer || option.type == OptionType::real ||
                        option.type == OptionType::flag;
  return as_it_is ? option.text() : quoted_text(option.text());
}

// What the reader of an error about an option must know of the file it stands in.
std::string of_another_version(const ConfigFile& config) {
  if (config.version.empty() || config.version == kVersion) return "";
  return fmt::format(" (gradzoo {} wrote the file, this is {}, and options have changed)", config.version,
                     kVersion);
}

}  // namespace

ConfigFile read_config(const std::string& path) {
  return parse_config(path, read_plain_file(path, kMostConfigBytes));
}

ConfigFile parse_config(const std::string& path, const std::string& whole) {
  std::istringstream file(whole);
  ConfigFile config{.path = path, .model = {}, .version = {}, .data_sha256 = {}, .values = {}};
  std::string text;
  std::vector<std::string> seen;
  for (int number = 1; std::getline(file, text); ++number) {
    const std::string place = fmt::format("{}: line {}", path, number);
    if (text.find('\0') != std::string::npos)
      throw Error("{} has a zero byte. Hint: restore the file, which is damaged", place);
    Line line(text, place);
    if (line.at_end()) continue;
    const std::string key = line.key();
    const std::string value = line.value();
    if (std::ranges::find(seen, key) != seen.end())
      throw Error("{} sets '{}' again. Hint: remove one of the two lines", place, key);
    seen.push_back(key);
    if (key == "model")
      config.model = value;
    else if (key == "version")
      config.version = value;
    else if (key == "data_sha256")
      config.data_sha256 = value;
    else
      config.values.emplace_back(key, value);
  }
  return config;
}

std::string config_text(const std::string& model, const OptionTable& options,
                        const std::string& data_sha256) {
  std::string text = "# The settings of a run: gradzoo train --config THIS --out DIR repeats it.\n";
  text += fmt::format("model = {}\nversion = {}\n", quoted_text(model), quoted_text(kVersion));
  if (!data_sha256.empty()) text += fmt::format("data_sha256 = {}\n", quoted_text(data_sha256));
  text += "\n";
  for (const Option& option : options.all()) text += fmt::format("{} = {}\n", option.key, toml_value(option));
  return text;
}

void apply_config(const ConfigFile& config, OptionTable& options) {
  for (const auto& [key, value] : config.values) {
    try {
      const std::string before = options.find(key).text();
      options.set(key, value, "config");
      if (options.find(key).text() == before) options.set(key, value, "default");
    } catch (const Error& error) {
      throw Error("{}{}: {}", config.path, of_another_version(config), error.what());
    }
  }
}

}  // namespace gradzoo
