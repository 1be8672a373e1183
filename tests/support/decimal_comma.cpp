// A library to preload: programs of gradzoo begin as those that a user interface starts, in the locale of the
// environment, and C++ streams group digits and write decimal commas.
#include <cerrno>
#include <clocale>
#include <locale>
#include <string>
#include <string_view>

namespace {

struct Comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

[[gnu::constructor]] void begin() {
  if (!std::string_view(program_invocation_short_name).starts_with("gradzoo")) return;
  std::setlocale(LC_ALL, "");
  std::locale::global(std::locale(std::locale::classic(), new Comma));
}

}  // namespace
