#pragma once

#include <string>
#include <vector>

namespace gradzoo {

/// Returns the program's name as the user calls it: "gradzoo", or "./mine" after call_program().
const std::string& program_name();
/// Makes all texts name these commands as the user calls them: "gradzoo train" becomes "./mine train".
void call_program(std::string name, std::vector<std::string> commands);
/// Returns the text with the names that call_program() has set.
std::string as_called(const std::string& text);

}  // namespace gradzoo
