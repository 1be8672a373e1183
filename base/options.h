#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradzoo/base/error.h"

/// Options are described once: a plain struct holds them, typed, and its `describe` names each field,
///
///     struct RingOptions {
///       int64_t units = 64;
///       Shade shade = Shade::dark;
///       void describe(OptionTable& options) {
///         options.add("units", units, "hidden units", {1, 65536});
///         options.add("shade", shade, kShades, "how it is drawn");
///       }
///     };
///
/// From the table come help, parsing, config files and errors that name the nearest; code reads the struct.
namespace gradzoo {

/// The name of an enum's value. Each enum has one list of them, beside its definition.
template <class E>
struct Choice {
  std::string_view name;  ///< as it is written in options
  E value;                ///< that it stands for
};

///@{
/// The name of a value; every value must be in the list.
template <class E>
constexpr std::string_view name_of(std::span<const Choice<E>> choices, E value) {
  for (const Choice<E>& choice : choices) {
    if (choice.value == value) return choice.name;
  }
  return "";
}
template <class E, size_t n>
constexpr std::string_view name_of(const Choice<E> (&choices)[n], E value) {
  return name_of(std::span<const Choice<E>>(choices), value);
}
///@}

/// Throws Error: `what` `name` is not known, with the nearest of `known` as a hint.
[[noreturn]] void throw_unknown(std::string_view what, std::string_view name, std::vector<std::string> known);
/// The value of a name. Throws Error naming the nearest for any other: "split 'tset' is not known. Hint:
/// ...".
template <class E, size_t n>
E value_named(const Choice<E> (&choices)[n], std::string_view name, std::string_view what) {
  std::vector<std::string> known;
  for (const Choice<E>& choice : choices) {
    if (choice.name == name) return choice.value;
    known.emplace_back(choice.name);
  }
  throw_unknown(what, name, std::move(known));
}

/// The part of a list that an option takes.
template <class E, size_t n, class... Some>
constexpr auto subset(const Choice<E> (&choices)[n], Some... some) {
  return std::array<Choice<E>, sizeof...(some)>{Choice<E>{name_of(choices, some), some}...};
}

/// The entry of a list that has this name. Throws Error naming the nearest where none has.
template <class R>
const auto& find_named(const R& entries, std::string_view name, std::string_view what) {
  std::vector<std::string> known;
  for (const auto& entry : entries) {
    if (entry.name == name) return entry;
    known.emplace_back(entry.name);
  }
  throw_unknown(what, name, std::move(known));
}

/// Throws Error if `taken`, or if the name has other characters than lower-case letters, digits and single
/// dashes: names are commands and folders.
void check_new_name(std::string_view what, std::string_view name, bool taken);
/// Adds a program's own entry to a list, whose other entries stay where they are. Throws Error if the list
/// has an entry of this name, or if the name is not one (check_new_name()).
template <class T>
void add_named(std::deque<T>& entries, T entry, std::string_view what) {
  check_new_name(what, entry.name, std::ranges::find(entries, entry.name, &T::name) != entries.end());
  entries.push_back(std::move(entry));
}

/// What a number may be.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();  ///< smallest allowed
  double high = std::numeric_limits<double>::infinity();  ///< largest allowed
};

/// How an option's value is written: 3, 0.5, any text or one of its choices, true or false, "512,512".
enum class OptionType { integer, real, text, flag, list };

/// One field of a struct, under its name.
struct Option {
  std::string key;                     ///< its name
  OptionType type = OptionType::text;  ///< how its value is written
  std::string meaning;                 ///< one line, units included
  std::vector<std::string> choices;    ///< of a text; empty: any
  Bounds range;                        ///< of a number, and of each number of a list
  std::string source = "default";      ///< where the value is from: default, set, config, or what implied it
  bool chosen = false;                 ///< by the user: no other default replaces it
  const void* field = nullptr;         ///< in the struct
  std::function<std::string()> text;   ///< the value now
  /// Called with this option: false, and nothing changed, where the text is of another type; throws Error out
  /// of range.
  std::function<bool(const Option&, std::string_view)> read;
  std::function<std::function<void()>()> keep;  ///< what puts the value of now back, once; it does not throw
};

/// The options of one or more structs, which must outlive it and stay where they are.
class OptionTable {
 public:
  OptionTable() = default;
  OptionTable(const OptionTable&) = delete;
  OptionTable& operator=(const OptionTable&) = delete;

  ///@{
  /// Each names a field; `describe` calls them.
  void add(std::string_view key, int64_t& field, std::string_view meaning, Bounds range = {});
  void add(std::string_view key, double& field, std::string_view meaning, Bounds range = {});
  void add(std::string_view key, bool& field, std::string_view meaning);
  void add(std::string_view key, std::string& field, std::string_view meaning,
           std::span<const std::string> choices = {});
  void add(std::string_view key, std::vector<int64_t>& field, std::string_view meaning,
           Bounds each = {});  ///< "512,512"
  template <class E>
  void add(std::string_view key, E& field, std::span<const Choice<E>> choices, std::string_view meaning);
  template <class E, size_t n>
  void add(std::string_view key, E& field, const std::array<Choice<E>, n>& choices,
           std::string_view meaning) {
    add(key, field, std::span<const Choice<E>>(choices), meaning);
  }
  template <class E, size_t n>
  void add(std::string_view key, E& field, const Choice<E> (&choices)[n], std::string_view meaning) {
    add(key, field, std::span<const Choice<E>>(choices), meaning);
  }
  ///@}

  /// Sets a value from its text. Throws Error for an unknown key (naming the nearest), a value of the wrong
  /// type, out of range, or not among the choices.
  void set(std::string_view key, std::string_view value, std::string_view source = "set");
  /// Sets `key=value`. Throws Error where there is no '='.
  void assign(std::string_view assignment);

  /// Another default for a field of a described struct: taken only where the user has chosen nothing. Throws
  /// Error for one out of range.
  template <class T>
  void prefer(T& field, const std::type_identity_t<T>& value, std::string_view source);

  const Option& find(std::string_view key) const { return options_[position(key)]; }  ///< throws like set
  bool has(std::string_view key) const;                        ///< whether an option has that name
  const std::vector<Option>& all() const { return options_; }  ///< in the order of their descriptions

 private:
  template <class T>
  Option& insert(std::string_view key, OptionType type, std::string_view meaning, T& field);
  size_t position(std::string_view key) const;
  void check_is_new(std::string_view key) const;
  Option& of_field(const void* field);

  std::vector<Option> options_;
};

/// A command as it may be typed, and what it does: a line at the end of a `--help`.
struct CommandExample {
  std::string command;  ///< "gradzoo list ops"
  std::string meaning;  ///< one line
};

/// A number as it is written with so many digits: for defaults that are computed, so that a config file shows
/// them short.
double rounded(double value, int digits);

template <class E>
void OptionTable::add(std::string_view key, E& field, std::span<const Choice<E>> choices,
                      std::string_view meaning) {
  Option& option = insert(key, OptionType::text, meaning, field);
  for (const Choice<E>& choice : choices) option.choices.emplace_back(choice.name);
  const std::vector<Choice<E>> known(choices.begin(), choices.end());
  option.text = [&field, known] { return std::string(name_of(std::span<const Choice<E>>(known), field)); };
  option.read = [&field, known](const Option&, std::string_view text) {
    for (const Choice<E>& choice : known) {
      if (choice.name == text) {
        field = choice.value;
        return true;
      }
    }
    return false;
  };
}

template <class T>
Option& OptionTable::insert(std::string_view key, OptionType type, std::string_view meaning, T& field) {
  check_is_new(key);
  Option& option = options_.emplace_back();
  option.key = key;
  option.type = type;
  option.meaning = meaning;
  option.field = &field;
  option.keep = [&field]() -> std::function<void()> {
    return [&field, kept = field]() mutable { field = std::move(kept); };
  };
  return option;
}

template <class T>
void OptionTable::prefer(T& field, const std::type_identity_t<T>& value, std::string_view source) {
  Option& option = of_field(&field);
  if (option.chosen) return;
  field = value;
  option.read(option, option.text());
  option.source = source;
}

}  // namespace gradzoo
