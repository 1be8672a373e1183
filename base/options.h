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

/// Options are described once: a plain struct holds the typed values, and its `describe` names each field,
///
///     struct RingOptions {
///       int64_t units = 64;
///       Shade shade = Shade::dark;
///       void describe(OptionTable& options) {
///         options.add("units", units, "hidden units", {1, 65536});
///         options.add("shade", shade, kShades, "shade of the drawing");
///       }
///     };
///
/// Help, parsing, config files and errors with the nearest name use the table. Code reads the struct.
namespace gradzoo {

/// The name of one enum value. Each enum has one list of its names, next to its definition.
template <class E>
struct Choice {
  std::string_view name;  ///< name that options use
  E value;                ///< value with this name
};

///@{
/// Returns the name of a value; every value must be in the list.
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

/// Throws Error: `what` `name` is not known, with the nearest name of `known` as a hint.
[[noreturn]] void throw_unknown(std::string_view what, std::string_view name, std::vector<std::string> known);
/// Returns the value with this name. For an unknown name, throws Error with the nearest one: "split 'tset' is
/// not known. Hint: ...".
template <class E, size_t n>
E value_named(const Choice<E> (&choices)[n], std::string_view name, std::string_view what) {
  std::vector<std::string> known;
  for (const Choice<E>& choice : choices) {
    if (choice.name == name) return choice.value;
    known.emplace_back(choice.name);
  }
  throw_unknown(what, name, std::move(known));
}

/// Returns the part of a list that an option accepts.
template <class E, size_t n, class... Some>
constexpr auto subset(const Choice<E> (&choices)[n], Some... some) {
  return std::array<Choice<E>, sizeof...(some)>{Choice<E>{name_of(choices, some), some}...};
}

/// Returns the entry of a list with this name. For an unknown name, throws Error with the nearest one.
template <class R>
const auto& find_named(const R& entries, std::string_view name, std::string_view what) {
  std::vector<std::string> known;
  for (const auto& entry : entries) {
    if (entry.name == name) return entry;
    known.emplace_back(entry.name);
  }
  throw_unknown(what, name, std::move(known));
}

/// Throws Error if `taken`, or if the name has characters other than lower-case letters, digits and single
/// dashes: names become commands and folders.
void check_new_name(std::string_view what, std::string_view name, bool taken);
/// Adds a program's own entry to a list; the other entries keep their addresses. Throws Error if the list
/// already has an entry with this name, or if check_new_name() rejects the name.
template <class T>
void add_named(std::deque<T>& entries, T entry, std::string_view what) {
  check_new_name(what, entry.name, std::ranges::find(entries, entry.name, &T::name) != entries.end());
  entries.push_back(std::move(entry));
}

/// The range of a number's allowed values.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();  ///< smallest allowed value
  double high = std::numeric_limits<double>::infinity();  ///< largest allowed value
};

/// How an option's value is written: 3, 0.5, any text or one of the choices, true or false, "512,512".
enum class OptionType { integer, real, text, flag, list };

/// One described field of a struct.
struct Option {
  std::string key;                     ///< option's name
  OptionType type = OptionType::text;  ///< type of the value
  std::string meaning;                 ///< help text of one line, units included
  std::vector<std::string> choices;    ///< allowed texts; empty: any text
  Bounds range;                        ///< range of a number, or of each number in a list
  std::string source = "default";      ///< origin: default, set, config, or the cause of a preferred value
  bool chosen = false;                 ///< true if the user chose the value: no other default replaces it
  const void* field = nullptr;         ///< address of the field in the struct
  std::function<std::string()> text;   ///< writer of the current value as text
  /// Reads a text into the field. Returns false, and changes nothing, if the text has another type; throws
  /// Error if the value is out of range.
  std::function<bool(const Option&, std::string_view)> read;
  std::function<std::function<void()>()> keep;  ///< maker of an undo: restores the value once, never throws
};

/// A table of the options of one or more structs, which must outlive the table and not move.
class OptionTable {
 public:
  OptionTable() = default;
  OptionTable(const OptionTable&) = delete;
  OptionTable& operator=(const OptionTable&) = delete;

  ///@{
  /// Describe one field each; `describe` calls these functions.
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

  /// Sets a value from its text. Throws Error if the key is unknown (with the nearest one), or if the value
  /// has the wrong type, is out of range or is not among the choices.
  void set(std::string_view key, std::string_view value, std::string_view source = "set");
  /// Sets `key=value`. Throws Error if there is no '='.
  void assign(std::string_view assignment);

  /// Sets another default for a field of a described struct, unless the user has chosen a value. Throws Error
  /// if the default is out of range.
  template <class T>
  void prefer(T& field, const std::type_identity_t<T>& value, std::string_view source);

  const Option& find(std::string_view key) const { return options_[position(key)]; }  ///< throws like set()
  bool has(std::string_view key) const;                        ///< true if an option has this name
  const std::vector<Option>& all() const { return options_; }  ///< options in the order of their descriptions

 private:
  template <class T>
  Option& insert(std::string_view key, OptionType type, std::string_view meaning, T& field);
  size_t position(std::string_view key) const;
  void check_is_new(std::string_view key) const;
  Option& of_field(const void* field);

  std::vector<Option> options_;
};

/// An example command and its meaning: one line at the end of `--help`.
struct CommandExample {
  std::string command;  ///< command line, such as "gradzoo list ops"
  std::string meaning;  ///< one line of explanation
};

/// Returns the number with `digits` significant digits: config files then show computed defaults short.
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
