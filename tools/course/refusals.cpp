#include "tools/course/refusals.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/base/text.h"

namespace gradzoo::course {
namespace {

namespace fs = std::filesystem;

struct Refused {
  std::regex what;
  const char* why;
};

constexpr const char* kStarts =
    "it starts another program or loads another library. Hint: remove that, as no step needs it";
constexpr const char* kIsComplex =
    "it computes with complex numbers, which would give the derivatives that you are to write. Hint: write a "
    "rule as a formula in real numbers";

const std::vector<Refused>& refused_lines() {
  static const std::vector<Refused> kRefused = {
      {std::regex(R"(^\s*#\s*include\s*[<"]\s*gradzoo)"),
       "it includes gradzoo, whose derivatives are not yours. Hint: use only the course and the standard "
       "library"},
      {std::regex(R"(\b(popen|system|dlopen|fork|vfork|posix_spawnp?|exec[lv]p?e?)\s*\()"), kStarts},
      {std::regex(R"(\bdriver\s*::|\bnamespace\s+driver\b)"),
       "it calls the driver that asks the questions. Hint: remove that, as the driver calls your code"},
      {std::regex(R"(\b(asm|__asm|__asm__)\b)"), "it has lines of assembly. Hint: write a rule as a formula"},
      {std::regex(
           R"([<"]\s*c?complex(\.h)?\s*[>"]|\bstd\s*::\s*complex\b|\bcomplex\s*<|\b_Complex\b|\b__complex__\b)"),
       kIsComplex}};
  return kRefused;
}

// Without comments to the end of a line.
std::string code_of(const std::string& line) { return line.substr(0, line.find("//")); }

std::set<std::string> words_of_code(const std::string& text) {
  static const std::regex kWord(R"([A-Za-z_]\w*)");
  std::set<std::string> words;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::string code = code_of(line);
    for (std::sregex_iterator word(code.begin(), code.end(), kWord), end; word != end; ++word)
      words.insert(word->str());
  }
  return words;
}

}  // namespace

std::string refusal_of_text(const std::string& file, const std::string& text, const std::string& driver) {
  static const std::regex kMacro(R"(^\s*(?:#|%:)\s*define\s+(\w+))");
  const std::set<std::string> asking = words_of_code(driver);
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string code = code_of(line);
    for (const Refused& refused : refused_lines())
      if (std::regex_search(code, refused.what))
        return fmt::format("{}, line {}: {}", file, number, refused.why);
    std::smatch macro;
    if (std::regex_search(code, macro, kMacro) && asking.contains(macro[1].str()))
      return fmt::format(
          "{}, line {}: the macro {} changes a word of the driver that asks. Hint: give it another name",
          file, number, macro[1].str());
  }
  return "";
}

namespace {

// The files of a compiler's list, "PROGRAM: FILE FILE ...", in which blanks are escaped and lines go on.
std::vector<std::string> listed_files(const std::string& list) {
  std::vector<std::string> files(1);
  for (size_t i = std::min(list.size(), list.find(": ")) + 1; i < list.size(); ++i) {
    const bool escapes = list[i] == '\\' && i + 1 < list.size();
    if (escapes && list[i + 1] != '\n')
      files.back() += list[++i];
    else if (!escapes && list[i] != ' ' && list[i] != '\n')
      files.back() += list[i];
    else if (!files.back().empty())
      files.emplace_back();
  }
  if (files.back().empty()) files.pop_back();
  return files;
}

// The C++ library stands in a folder c++, C's headers end in .h; other libraries' derivatives are not one's
// own.
bool is_of_standard_library(const std::string& file) {
  static constexpr const char* kSystems[] = {"/usr/", "/opt/", "/nix/", "/Library/"};
  const bool of_system =
      std::ranges::any_of(kSystems, [&](const char* folder) { return file.starts_with(folder); });
  return of_system && file.find("/gradzoo") == std::string::npos &&
         (file.ends_with(".h") || file.find("/c++/") != std::string::npos);
}

}  // namespace

std::string refusal_of_list(const std::string& list, const std::string& copy, const std::string& drivers) {
  std::error_code error;
  const std::string given[] = {fs::canonical(copy).string() + "/", fs::canonical(drivers).string() + "/"};
  for (const std::string& listed : listed_files(list)) {
    const fs::path path = fs::canonical(fs::path(copy) / listed, error);
    const std::string file = error ? listed : path.string();
    const auto holds = [&](const std::string& folder) { return file.starts_with(folder); };
    if (!error && (std::ranges::any_of(given, holds) || is_of_standard_library(file))) continue;
    return fmt::format(
        "it includes {}, which was not handed in. Hint: use only your headers and the standard library",
        printable(file));
  }
  return "";
}

namespace {

// The name as one writes it: C libraries have several of a function, and of C++ streams the class will do.
std::string plain_name(std::string name) {
  static const std::regex kDress(R"(^_+|^_*isoc\d+_|(_chk|64|_unlocked)$)"),
      kStream(
          R"(Z(?:St|NSt3__1)\d+(w?cin)E?|Z\w*\d((?:basic_(?:i?fstream|filebuf)|stdio_filebuf))I\w*|Z\w*\d(random_device|(?:system|steady)_clock)\w*)");
  for (std::string longer; longer != name;) {
    longer = name;
    name = std::regex_replace(longer, kDress, "");
  }
  std::smatch stream;
  return std::regex_match(name, stream, kStream) ? stream[1].str() + stream[2].str() + stream[3].str() : name;
}

const std::vector<Refused>& refused_names() {
  static constexpr const char* kReads =
      "it reads something other than the arguments of your functions (files or the questions). Hint: use "
      "only arguments and tape";
  static const std::vector<Refused> kRefused = {
      {std::regex("p?readv?2?|f?read|f?getw?[cs]|IO_getc|get(w?char|w|line|delim)|uflow|underflow|v?[fw]{0,2}"
                  "scanf|recv(from|m?msg)?|mmap|sendfile|splice|tee|copy_file_range|process_vm_readv|ptrace|("
                  "secure_)?getenv|environ|stdin|w?cin|basic_i?fstream|(basic|stdio)_filebuf"),
       kReads},
      {std::regex(
           "syscall|dlv?sym|dlm?open|v?fork|clone3?|f?exec(v|l)p?e?|execveat|posix_spawnp?|system|popen"),
       kStarts},
      {std::regex("(exp|sin|cos|tanh|pow)(l|f128)|(add|mul|div)tf3"),
       "it computes with more digits than a double has, which differences need and rules do not. Hint: use "
       "doubles"},
      {std::regex("clock(_gettime)?|times?|gettimeofday|timespec_get|getrusage|(system|steady)_clock|rand(om)"
                  "?(_r)?|[delmn]rand48|getrandom|getentropy|arc4random\\w*|random_device|get[pt]id"),
       "its answers would depend on the time or on chance, and no check could be repeated. Hint: draw from "
       "the generator that is given, and measure times in try.cpp"},
      {std::regex("c(abs|arg|exp|log|pow|sqrt|a?(sin|cos|tan)h?)[fl]?|(mul|div)[hsdxt]c3"), kIsComplex}};
  return kRefused;
}

}  // namespace

std::string refusal_of_symbols(const std::string& list) {
  std::istringstream lines(list);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, kind;
    words >> name >> kind;
    const bool is_called = kind == "U" || kind == "w";
    if (!is_called && !name.starts_with('_') && name.find('.') == std::string::npos)
      return fmt::format(
          "your headers make {} a name of the whole program. Hint: put your names into the namespace course",
          printable(name));
    const std::string plain = plain_name(name);
    for (const Refused& refused : refused_names())
      if (is_called && std::regex_match(plain, refused.what))
        return fmt::format("your headers call {}: {}", printable(plain), refused.why);
  }
  return "";
}

}  // namespace gradzoo::course
