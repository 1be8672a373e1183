#pragma once

#include <string>

namespace gradzoo::course {

/// Returns one sentence, with the line's number, why a learner's header is not compiled: it answers questions
/// by other means than the learner's engine. Returns "" if the header is accepted. `driver` is the text of
/// the driver; no macro may change a word of it.
std::string refusal_of_text(const std::string& file, const std::string& text, const std::string& driver);

/// Returns the reason to refuse the files that a compiler read, from the compiler's list ("PROGRAM: FILE FILE
/// ..."): each file must be in the folders `copy` and `drivers`, or in the standard library.
std::string refusal_of_list(const std::string& list, const std::string& copy, const std::string& drivers);

/// Returns the reason to refuse a compiled program, from the names that `nm -P -g` lists. The program must
/// not read files, call the system without a library, or define a name that is visible to the whole program.
std::string refusal_of_symbols(const std::string& list);

}  // namespace gradzoo::course
