#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace gradzoo {

/// "AMD Ryzen 7 7840U", or "an unknown processor".
std::string processor_name();

/// What the system says of the machine, and its rates with one thread and with all, measured for about four
/// seconds: the object of `gradzoo doctor --json` (docs/files.md) without what is wrong.
nlohmann::ordered_json examined_machine();

/// What makes the program slow or fail there: a list of `what`, a sentence, and `hint`, what to do about it;
/// the gravest first.
nlohmann::ordered_json ailments_of(const nlohmann::ordered_json& machine);

/// A member, of any depth ("products_gflops/all"): a number, 0 where there is none, and anything as text.
double number_at(const nlohmann::ordered_json& machine, const std::string& path);
std::string text_at(const nlohmann::ordered_json& machine, const std::string& path);

}  // namespace gradzoo
