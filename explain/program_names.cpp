#include "explain/program_names.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace gradzoo {
namespace {

// True if a name looks like a macro of a header (EOF, M_PI, SYS_read), or is one of the few in small letters.
bool is_like_macro(std::string_view name) {
  constexpr std::string_view kSmall[] = {
      "errno", "i386", "linux", "math_errhandling", "sched_priority", "stdin", "stdout", "stderr", "unix"};
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const std::string_view head = name.substr(0, name.find('_'));
  const bool capitals =
      std::ranges::all_of(head, [&](char c) { return is_capital(c) || (c >= '0' && c <= '9'); });
  const bool is_long = head.size() < name.size() || std::ranges::count_if(head, is_capital) > 1;
  return (capitals && is_long) || std::ranges::find(kSmall, name) != std::end(kSmall);
}

}  // namespace

ProgramNames::ProgramNames()
    : used_{"alignas",       "alignof",     "and",
            "and_eq",        "asm",         "auto",
            "bitand",        "bitor",       "bool",
            "break",         "case",        "catch",
            "char",          "char8_t",     "char16_t",
            "char32_t",      "class",       "compl",
            "concept",       "const",       "consteval",
            "constexpr",     "constinit",   "const_cast",
            "continue",      "co_await",    "co_return",
            "co_yield",      "decltype",    "default",
            "delete",        "do",          "double",
            "dynamic_cast",  "else",        "enum",
            "explicit",      "export",      "extern",
            "false",         "float",       "for",
            "friend",        "goto",        "if",
            "inline",        "int",         "long",
            "mutable",       "namespace",   "new",
            "noexcept",      "not",         "not_eq",
            "nullptr",       "operator",    "or",
            "or_eq",         "private",     "protected",
            "public",        "register",    "reinterpret_cast",
            "requires",      "return",      "short",
            "signed",        "sizeof",      "static",
            "static_assert", "static_cast", "struct",
            "switch",        "template",    "this",
            "thread_local",  "throw",       "true",
            "try",           "typedef",     "typeid",
            "typename",      "union",       "unsigned",
            "using",         "virtual",     "void",
            "volatile",      "wchar_t",     "while",
            "xor",           "xor_eq",      "Tape",
            "Tensor",        "Tensors",     "DType",
            "std",           "gradzoo",     "main",
            "tape",          "grad",        "clone",
            "matmul",        "transpose",   "pow",
            "scalar",        "tensor",      "reshape",
            "stack",         "zeros",       "zeros_like",
            "to_string"} {}

std::string ProgramNames::fresh(std::string name) {
  std::ranges::replace(name, ',', '_');
  if (name.starts_with('_')) name = "v" + name;  // _X is reserved for the compiler and its headers
  if (is_like_macro(name)) name += '_';
  while (!used_.insert(name).second) name += '_';
  return name;
}

}  // namespace gradzoo
