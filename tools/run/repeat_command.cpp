#include "tools/run/repeat_command.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "models/registry.h"

namespace gradzoo {
namespace {

std::string shell_word(const std::string& text) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./=+,:").find(c) != std::string::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return text;
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string option_for(const Setting& setting) {
  constexpr std::array kOptions = {"data", "epochs", "steps", "batch", "lr", "seed"};
  if (std::ranges::find(kOptions, setting.key) != kOptions.end()) {
    return fmt::format(" --{} {}", setting.key, shell_word(setting.value));
  }
  return " --set " + shell_word(setting.key + "=" + setting.value);
}

}  // namespace

std::string repeat_command(const ModelEntry& model, const Settings& settings) {
  std::string command = "gradzoo train " + model.name;
  Settings told = default_settings(model);
  const auto tell = [&](const Setting& setting) {
    told.set(setting.key, setting.value);
    const std::string_view other = settings.integer("steps") > 0 ? "epochs" : "steps";
    if (setting.key != other) command += option_for(setting);
  };
  // What an architecture has set need not be told; what was set against it must be.
  for (const Setting& setting : settings.all()) {
    if (setting.source == "set" || setting.source == "config") tell(setting);
  }
  model.resolve(told);
  for (size_t i = 0; i < settings.all().size(); ++i) {
    if (told.all()[i].value != settings.all()[i].value) tell(settings.all()[i]);
  }
  return command;
}

}  // namespace gradzoo
