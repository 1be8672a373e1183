#pragma once

#include <string>

namespace gradzoo::course {

/// Why a learner's header is not compiled, in one sentence that names its line, and "" where it is: what
/// answers questions by other means than the learner's engine. `driver` is the text that asks the questions,
/// whose words no macro may change.
std::string refusal_of_text(const std::string& file, const std::string& text, const std::string& driver);

/// The same of the files that a compiler read, as it lists them ("PROGRAM: FILE FILE ..."): each stands in
/// the folders `copy` and `drivers`, or is of the standard library.
std::string refusal_of_list(const std::string& list, const std::string& copy, const std::string& drivers);

/// The same of what was compiled, by the names that `nm -P -g` lists of it: it may not read, since functions
/// are given what they are asked, call past the libraries, or name a function of all the program's.
std::string refusal_of_symbols(const std::string& list);

}  // namespace gradzoo::course
