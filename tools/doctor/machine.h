#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace gradzoo {

/// Returns "AMD Ryzen 7 7840U", or "an unknown processor".
std::string processor_name();

/// Returns the system's description of the machine, and its rates with one thread and with all threads, which
/// takes about four seconds: the object of `gradzoo doctor --json` (docs/files.md) without `wrong`.
nlohmann::ordered_json examined_machine();

/// Returns the causes that make the program slow or fail on this machine, the most serious first: a list of
/// `what`, a sentence, and `hint`, the remedy.
nlohmann::ordered_json ailments_of(const nlohmann::ordered_json& machine);

/// Returns a member at any depth ("products_gflops/all") as a number, 0 if it is missing, or as text.
double number_at(const nlohmann::ordered_json& machine, const std::string& path);
std::string text_at(const nlohmann::ordered_json& machine, const std::string& path);

}  // namespace gradzoo
