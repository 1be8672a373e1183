#include "gradzoo/commands/command_line.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/program_name.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/run_directory.h"

namespace gradzoo {
namespace {

// "-n,--count" is -n and --count.
std::vector<std::string> split_names(const std::string& names) {
  const size_t comma = names.find(',');
  if (comma == std::string::npos) return {names};
  return {names.substr(0, comma), names.substr(comma + 1)};
}

}  // namespace

struct CommandLine::Parser {
  enum class Asked { help, manual, completion };

  Parser(const std::string& command, const std::string& summary, std::vector<CommandExample> examples)
      : name(command),
        app(summary, "gradzoo " + command),
        page{command, summary, {}, {}, std::move(examples)} {}

  std::string name;
  CLI::App app;
  CommandPage page;
  Asked asked = Asked::help;
  Arguments words;  // of --complete
  bool help = false;
  std::vector<CLI::Option*> required;
  std::vector<CLI::Option*> options;  // of each argument of the page
  std::vector<std::pair<const CLI::Option*, Output>> written;
  std::vector<const CLI::Option*> read;
  UnknownHint hint = [](const std::string&, const std::string&) { return std::string(); };

  std::vector<std::string> known_options() const {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
      for (const std::string& name_of_option : option->get_lnames()) names.push_back("--" + name_of_option);
    return names;
  }

  // What is typed may be wrong as yet: of such words nothing is known.
  void parse_before_completion(Arguments before) {
    before.resize(before.size() - std::min(before.size(), 1 + words_that_wait(page, words)));
    try {
      app.parse(Arguments(before.rbegin(), before.rend()));
    } catch (const CLI::ParseError&) {
      return;
    }
  }

  CLI::Option* described(CLI::Option* option, CommandArgument argument) {
    page.arguments.push_back(std::move(argument));
    return options.emplace_back(option);
  }

  // The place of what was described by this name.
  size_t place_of(const std::string& described) const {
    const auto has_name = [&](const CommandArgument& argument) {
      return std::ranges::find(argument.names, described) != argument.names.end();
    };
    const auto argument = std::ranges::find_if(page.arguments, has_name);
    if (argument == page.arguments.end())
      throw Error("{}: {} is used before it is described", name, described);
    return static_cast<size_t>(argument - page.arguments.begin());
  }

  std::vector<Output> typed_outputs() const {
    std::vector<Output> outputs;
    for (const auto& [option, output] : written)
      for (const std::string& path : option->results()) outputs.emplace_back(output).path = path;
    return outputs;
  }

  void check_files(std::span<const Output> outputs) const {
    std::vector<std::string> inputs;
    for (const CLI::Option* option : read)
      inputs.insert(inputs.end(), option->results().begin(), option->results().end());
    gradzoo::check_outputs(name, outputs, inputs);
  }

  template <class T>
  CLI::Option* add_option(const std::string& names, const std::string& placeholder, T& value,
                          const std::string& meaning) {
    return described(app.add_option(names, value, meaning),
                     {.names = split_names(names), .placeholder = placeholder, .meaning = meaning})
        ->type_name(placeholder);
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

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t bytes = first_code_point(text).bytes;
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

}  // namespace

CommandLine::CommandLine(const std::string& name, const std::string& summary,
                         std::vector<CommandExample> examples)
    : parser_(std::make_unique<Parser>(name, summary, std::move(examples))) {
  parser_->app.set_help_flag();
  parser_->app.allow_extras();
  flag("-h,--help", parser_->help, "print this help");
}

CommandLine::~CommandLine() = default;

void CommandLine::positional(const std::string& name, std::string& value, const std::string& meaning,
                             bool required) {
  CLI::Option* const option = parser_->described(
      parser_->app.add_option(name, value, meaning),
      {.names = {name}, .placeholder = "", .meaning = meaning, .positional = true, .required = required});
  option->type_name("")->check(not_empty());
  if (required) parser_->required.push_back(option);
}

void CommandLine::positionals(const std::string& name, std::vector<std::string>& values,
                              const std::string& meaning) {
  parser_
      ->described(
          parser_->app.add_option(name, values, meaning),
          {.names = {name}, .placeholder = "", .meaning = meaning, .positional = true, .repeats = true})
      ->type_name("")
      ->check(not_empty());
}

void CommandLine::option(const std::string& names, const std::string& placeholder, std::string& value,
                         const std::string& meaning) {
  parser_->add_option(names, placeholder, value, meaning)->check(not_empty());
}

void CommandLine::option(const std::string& names, const std::string& placeholder, int64_t& value,
                         const std::string& meaning, int64_t low, int64_t high) {
  const auto in_range = [=](const std::string& text) {
    int64_t number = 0;
    if (!CLI::detail::lexical_cast(text, number)) return fmt::format("'{}' is not a whole number", text);
    return number >= low && number <= high ? std::string()
                                           : fmt::format("{} is not in {}..{}", text, low, high);
  };
  parser_->add_option(names, placeholder, value, meaning)->check(CLI::Validator(in_range, ""));
}

void CommandLine::options(const std::string& names, const std::string& placeholder,
                          std::vector<std::string>& values, const std::string& meaning) {
  parser_->add_option(names, placeholder, values, meaning)->allow_extra_args(false);
  parser_->page.arguments.back().repeats = true;
}

void CommandLine::flag(const std::string& names, bool& value, const std::string& meaning) {
  parser_->described(parser_->app.add_flag(names, value, meaning),
                     {.names = split_names(names), .placeholder = "", .meaning = meaning});
}

void CommandLine::completes(const std::string& name, const Completions& values) {
  parser_->page.arguments[parser_->place_of(name)].values = values;
}

void CommandLine::writes(const std::string& name, const std::string& what,
                         const std::vector<std::string>& endings) {
  parser_->written.push_back({parser_->options[parser_->place_of(name)], {name, "", what, endings}});
}

void CommandLine::reads(const std::string& name) {
  parser_->read.push_back(parser_->options[parser_->place_of(name)]);
}

void CommandLine::check_outputs(const std::vector<Output>& outputs) const { parser_->check_files(outputs); }

void CommandLine::section(const std::string& title, std::function<std::string()> text) {
  parser_->page.sections.push_back({title, std::move(text)});
}

void CommandLine::on_unknown(UnknownHint hint) { parser_->hint = std::move(hint); }

bool CommandLine::parse(const Arguments& arguments) {
  const std::string first = arguments.empty() ? "" : arguments.front();
  if (first == "--man" && arguments.size() == 1) {
    parser_->asked = Parser::Asked::manual;
    return false;
  }
  if (first == "--complete") {
    parser_->asked = Parser::Asked::completion;
    parser_->words.assign(arguments.begin() + 1, arguments.end());
    parser_->parse_before_completion(parser_->words);
    return false;
  }
  try {
    parser_->app.parse(Arguments(arguments.rbegin(), arguments.rend()));
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
  const CLI::Option* const json = parser_->app.get_option_no_throw("--json");
  if (json != nullptr && json->count() > 0) {
    for (const std::string& argument : arguments)
      if (!is_utf8(argument))
        throw Error("{}: '{}' is not UTF-8, which JSON requires. Hint: rename the file, or remove --json",
                    parser_->name, printable(argument));
  }
  parser_->check_files(parser_->typed_outputs());
  return true;
}

bool CommandLine::read(const Arguments& arguments) {
  const bool wanted = parse(arguments);
  if (!wanted) fmt::print("{}", help());
  return wanted;
}

std::string CommandLine::help() const {
  if (parser_->asked == Parser::Asked::manual) return manual_page(parser_->page);
  if (parser_->asked == Parser::Asked::completion) return completion_lines(parser_->page, parser_->words);
  // Told to CLI11 only now: it would ask for them before it grants --help.
  for (CLI::Option* option : parser_->required) option->required();
  std::string text = parser_->app.help();
  while (text.ends_with("\n\n")) text.pop_back();
  for (const CommandPage::Section& section : parser_->page.sections)
    text += fmt::format("\n{}\n{}", section.title, section.text());
  return as_called(text + "\n" + examples_text(parser_->page.examples));
}

}  // namespace gradzoo
