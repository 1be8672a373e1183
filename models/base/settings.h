#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace gradzoo {

enum class SettingType { integer, real, text, flag };

/// One thing a user may choose: what it is called, what it is now, what is allowed, and what it means.
struct Setting {
  std::string key;
  SettingType type;
  std::string value;                                      // as text, the default until it is set
  std::string meaning;                                    // one line, units included
  double low = -std::numeric_limits<double>::infinity();  // least value of a number
  double high = std::numeric_limits<double>::infinity();  // greatest value of a number
  std::vector<std::string> choices = {};                  // allowed texts; empty: any
  std::string source = "default";                         // default, architecture, config, set
  bool chosen = false;                                    // by the user: no other default replaces it
};

/// The settings of a run, in the order in which they are shown.
class Settings {
 public:
  Settings() = default;
  explicit Settings(std::vector<Setting> settings) : settings_(std::move(settings)) {}

  void add(Setting setting) { settings_.push_back(std::move(setting)); }
  /// Sets a value from its text. Throws Error for an unknown key (naming the nearest), a value of the wrong
  /// type, out of range, or not among the choices.
  void set(std::string_view key, std::string_view value, std::string_view source = "set");
  /// Another default, by an architecture or a model: taken only where the user has set nothing.
  void set_default(std::string_view key, std::string_view value, std::string_view source);
  /// Sets `key=value`. Throws Error where there is no '='.
  void assign(std::string_view assignment);

  int64_t integer(std::string_view key) const;
  double real(std::string_view key) const;
  const std::string& text(std::string_view key) const;
  bool flag(std::string_view key) const;
  bool is_set(std::string_view key) const;  // by the user
  /// What every random stream of the run is made from.
  uint64_t seed() const { return static_cast<uint64_t>(integer("seed")); }
  /// Any setting's value as text.
  const std::string& value_of(std::string_view key) const;
  const std::vector<Setting>& all() const { return settings_; }

 private:
  const Setting& find(std::string_view key, SettingType type) const;
  Setting& find(std::string_view key);
  std::vector<Setting> settings_;
};

}  // namespace gradzoo
