#include "tools/command/command_line.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace gradzoo {

struct CommandLine::Parser {
  explicit Parser(const std::string& command, const std::string& summary)
      : name(command), app(summary, "gradzoo " + command) {}

  std::string name;
  CLI::App app;
  bool help = false;
  std::vector<CLI::Option*> required;
  UnknownHint hint = [](const std::string&, const std::string&) { return std::string(); };

  std::vector<std::string> known_options() const {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name_of_option : option->get_lnames()) names.push_back("--" + name_of_option);
    }
    return names;
  }

  // The first argument that nothing takes: an option that isn't known rather than what follows it.
  [[noreturn]] void refuse(const std::vector<std::string>& extras) const {
    const auto option = std::ranges::find_if(extras, [](const std::string& s) { return s.starts_with('-'); });
    if (option == extras.end()) {
      throw Error(
          fmt::format("{}: '{}' is one argument too many. Hint: gradzoo {} --help", name, extras[0], name));
    }
    const size_t equals = option->find('=');
    const std::string word = option->substr(0, equals);
    const auto next = std::next(option);
    const std::string value = equals != std::string::npos                       ? option->substr(equals + 1)
                              : next != extras.end() && !next->starts_with('-') ? *next
                                                                                : "";
    const std::string own = hint(word, value);
    throw Error("{}: option '{}' is not known. {}", name, word,
                own.empty() ? did_you_mean(word, known_options()) : "Hint: " + own);
  }
};

namespace {

// An empty text is a script's variable that was never set, not a wish.
CLI::Validator not_empty() {
  return {[](const std::string& text) { return text.empty() ? std::string("is empty") : std::string(); }, ""};
}

}  // namespace

CommandLine::CommandLine(const std::string& name, const std::string& summary)
    : parser_(std::make_unique<Parser>(name, summary)) {
  parser_->app.set_help_flag();
  parser_->app.allow_extras();
  flag("-h,--help", parser_->help, "print this");
}

CommandLine::~CommandLine() = default;

void CommandLine::positional(const std::string& name, std::string& value, const std::string& meaning,
                             bool required) {
  CLI::Option* const option = parser_->app.add_option(name, value, meaning);
  option->type_name("")->check(not_empty());
  if (required) parser_->required.push_back(option);
}

void CommandLine::positionals(const std::string& name, std::vector<std::string>& values,
                              const std::string& meaning) {
  parser_->app.add_option(name, values, meaning)->type_name("")->check(not_empty());
}

void CommandLine::option(const std::string& names, const std::string& placeholder, std::string& value,
                         const std::string& meaning) {
  parser_->app.add_option(names, value, meaning)->type_name(placeholder)->check(not_empty());
}

void CommandLine::option(const std::string& names, const std::string& placeholder, int64_t& value,
                         const std::string& meaning, int64_t low, int64_t high) {
  const auto in_range = [=](const std::string& text) {
    int64_t number = 0;
    if (!CLI::detail::lexical_cast(text, number)) return fmt::format("'{}' is not a whole number", text);
    return number >= low && number <= high ? std::string()
                                           : fmt::format("{} is not in {}..{}", text, low, high);
  };
  parser_->app.add_option(names, value, meaning)->type_name(placeholder)->check(CLI::Validator(in_range, ""));
}

void CommandLine::option(const std::string& names, const std::string& placeholder, double& value,
                         const std::string& meaning, double low, double high) {
  const auto in_range = [=](const std::string& text) {
    double number = 0;
    if (!CLI::detail::lexical_cast(text, number)) return fmt::format("'{}' is not a number", text);
    return number >= low && number <= high ? std::string()
                                           : fmt::format("{} is not in {:g}..{:g}", text, low, high);
  };
  parser_->app.add_option(names, value, meaning)->type_name(placeholder)->check(CLI::Validator(in_range, ""));
}

void CommandLine::options(const std::string& names, const std::string& placeholder,
                          std::vector<std::string>& values, const std::string& meaning) {
  parser_->app.add_option(names, values, meaning)->type_name(placeholder)->allow_extra_args(false);
}

void CommandLine::flag(const std::string& names, bool& value, const std::string& meaning) {
  parser_->app.add_flag(names, value, meaning);
}

void CommandLine::on_unknown(UnknownHint hint) { parser_->hint = std::move(hint); }

bool CommandLine::parse(const std::vector<std::string>& arguments) {
  try {
    parser_->app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    throw Error(fmt::format("{}: {}. Hint: gradzoo {} --help", parser_->name, error.what(), parser_->name));
  }
  if (parser_->help) return false;
  if (!parser_->app.remaining().empty()) parser_->refuse(parser_->app.remaining());
  for (const CLI::Option* option : parser_->required) {
    if (option->count() > 0) continue;
    throw Error(fmt::format("{}: {} is missing. Hint: gradzoo {} --help", parser_->name, option->get_name(),
                            parser_->name));
  }
  return true;
}

std::string CommandLine::help() const {
  // Told to CLI11 only now: it would ask for them before it grants --help.
  for (CLI::Option* option : parser_->required) option->required();
  return parser_->app.help();
}

}  // namespace gradzoo
