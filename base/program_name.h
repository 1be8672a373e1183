#pragma once

#include <string>
#include <vector>

namespace gradzoo {

/// The program as its user calls it: "gradzoo", or "./mine" after call_program().
const std::string& program_name();
/// Makes the texts of a program name these commands as its user calls them: "gradzoo train" becomes "./mine
/// train".
void call_program(std::string name, std::vector<std::string> commands);
/// Returns the text with these names.
std::string as_called(const std::string& text);

}  // namespace gradzoo
