#include "gradzoo/base/text.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

const std::vector<std::string> kNames{"mnist", "fashion", "ring8", "bars-and-stripes"};

TEST_CASE("characters are replaced by texts, and what comes in their place is not read again") {
  CHECK(replaced("a<b>", {{'<', "&lt;"}, {'>', "<<"}}) == "a&lt;b<<");
  CHECK(replaced("", {{'<', "&lt;"}}).empty());
}

}  // namespace

TEST_CASE("a text is broken into lines of words, each at most so wide where its words are") {
  CHECK(wrapped("aa bb  cc\ndd", 5) == "aa bb\ncc dd");
  CHECK(wrapped("aa bb cc", 4, "- ") == "aa\n- bb\n- cc");
  CHECK(wrapped("a longer word", 3) == "a\nlonger\nword");
  CHECK(wrapped("", 5).empty());
}

TEST_CASE("the edit distance counts insertions, deletions, replacements and swapped neighbours") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("mnist", "mnist") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("mnits", "mnist") == 1);
  CHECK(edit_distance("ca", "abc") == 3);  // no letter is edited twice
  CHECK(edit_distance("abc", "ca") == 3);
}

TEST_CASE("a word near a known name is answered by that name") {
  CHECK(did_you_mean("mnits", kNames) == "Hint: did you mean 'mnist'?");
  CHECK(did_you_mean("MNIST", kNames) == "Hint: did you mean 'mnist'?");
  CHECK(did_you_mean("ring", kNames) == "Hint: did you mean 'ring8'?");
  CHECK(did_you_mean("fash", kNames) == "Hint: did you mean 'fashion'?");
  CHECK(did_you_mean("bars_and_stripes", kNames) == "Hint: did you mean 'bars-and-stripes'?");
}

TEST_CASE("a word near no known name, empty or endless, is answered by all of them") {
  const std::string all = "Hint: one of mnist, fashion, ring8, bars-and-stripes";
  CHECK(did_you_mean("cifar", kNames) == all);
  CHECK(did_you_mean("", kNames) == all);
  CHECK(did_you_mean(std::string(1'000'000, 'x'), kNames) == all);
  CHECK(did_you_mean("x", std::vector<std::string>{"k"}) == "Hint: one of k");
  CHECK(did_you_mean("x", std::vector<std::string>{}) == "Hint: no name is known here");
}

TEST_CASE("a number is the whole text, or it is none") {
  CHECK(parse_number<int64_t>("0") == 0);
  CHECK(parse_number<int64_t>("-042") == -42);
  CHECK(parse_number<int64_t>("9223372036854775807") == std::numeric_limits<int64_t>::max());
  for (const char* text : {"", "-", "+1", " 1", "1 ", "1,", "0x10", "1.5", "1e2", "9223372036854775808"}) {
    CAPTURE(text);
    CHECK(!parse_number<int64_t>(text));
  }
  CHECK(!parse_number<int64_t>(std::string_view("1\0", 2)));
  CHECK(parse_number<int64_t>(std::string_view("123").substr(0, 2)) == 12);  // no further than the text

  const std::vector<std::pair<const char*, double>> reals = {
      {"0", 0},
      {"-2.5", -2.5},
      {".5", .5},
      {"5.", 5},
      {"1e3", 1000},
      {"1E+3", 1000},
      {"25e-1", 2.5},
      {"0e999", 0},
      {"0.1", 0.1},
      {"9007199254740993", 9007199254740992},          // halfway: to even
      {"9007199254740993.0000001", 9007199254740994},  // above
      {"1.7976931348623157e308", std::numeric_limits<double>::max()},
      {"2.2250738585072014e-308", std::numeric_limits<double>::min()},
      {"4.9e-324", std::numeric_limits<double>::denorm_min()},
      {"3e-310", 3e-310},
      {"inf", INFINITY},
      {"-Infinity", -INFINITY}};
  for (const auto& real : reals) {
    CAPTURE(real.first);
    CHECK(parse_number<double>(real.first) == real.second);
  }
  CHECK(std::signbit(parse_number<double>("-0").value_or(1)));
  CHECK(std::isnan(parse_number<double>("nan").value_or(1)));
  CHECK(std::isnan(parse_number<double>("-NaN(7)").value_or(1)));
  for (const char* text : {"",      "-",      ".",      "e3",          "+1",      "--1", "-+1",  " 1",
                           "1 ",    "\t1",    "1x",     "1e",          "1e+",     "1,5", "0x10", "-0X1p3",
                           "1e400", "-1e400", "1e-400", "0.0001e-400", "infinit", "in",  "na",   "1..2"}) {
    CAPTURE(text);
    CHECK(!parse_number<double>(text));
  }
  CHECK(!parse_number<double>(std::string_view("1\0", 2)));
  CHECK(parse_number<double>(std::string_view("1.25").substr(0, 3)) == 1.2);
}

TEST_CASE("letters are those of ASCII, and no others become small") {
  CHECK(lower("Digit-FID \xc4\xb0 \xd6") == "digit-fid \xc4\xb0 \xd6");
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const bool small = byte >= 97 && byte <= 122, capital = byte >= 65 && byte <= 90;
    CHECK(is_letter(static_cast<char>(byte)) == (small || capital));
    CHECK(is_digit(static_cast<char>(byte)) == (byte >= 48 && byte <= 57));
    CHECK(lower(std::string(1, static_cast<char>(byte)))[0] == static_cast<char>(capital ? byte + 32 : byte));
  }
}

TEST_CASE("hexadecimal digits stand alone") {
  CHECK(parse_hexadecimal("ff8000") == 0xff8000);
  CHECK(parse_hexadecimal("FFFFFFFF") == 0xffffffff);
  for (const char* text : {"", "0x1", "-1", "+1", " 1", "1g", "100000000"}) CHECK(!parse_hexadecimal(text));
}

TEST_CASE("a list is of numbers with commas between, and nothing else") {
  CHECK(parse_numbers<int64_t>("7") == std::vector<int64_t>{7});
  CHECK(parse_numbers<int64_t>("2,0,-1") == std::vector<int64_t>{2, 0, -1});
  CHECK(parse_numbers<double>("1,.5,1e-3") == std::vector<double>{1, .5, 1e-3});
  for (const char* text : {"", ",", "1,", ",1", "1,,2", "1, 2", "1;2", "1,x"}) {
    CHECK(!parse_numbers<int64_t>(text));
    CHECK(!parse_numbers<double>(text));
  }
}

TEST_CASE("rows of cells stand in columns as wide as their widest cell, and nothing trails") {
  const std::vector<std::vector<std::string>> rows{{"a", "bcd", "e"}, {"fg", "h"}, {"i", "", "j"}};
  CHECK(text_columns(rows) == "  a   bcd  e\n  fg  h\n  i        j\n");
  CHECK(text_columns(rows, "").starts_with("a   bcd  e\nfg  h\n"));
  CHECK(text_columns({}).empty());
}

TEST_CASE("what is printable stays, and nothing else reaches a terminal") {
  for (const char* text : {"", "plain ~", "l\xc3\xa4ufe", "\xe2\x82\xac", "\xf0\x9f\x99\x82"})
    CHECK(printable(text) == text);
  CHECK(printable("\x1b[2J\n\t\x7f") == "?[2J???");
  CHECK(printable("\xc2\x9b"
                  "31m") == "?31m");  // a control character of one code point
  CHECK(printable("a\xe2\x80\xae"
                  "b\xef\xbb\xbf") == "a?b?");  // right-to-left override, byte order mark
  // Cut short, a lone continuation, overlong, a surrogate, above the last code point.
  CHECK(printable("\xc3") == "?");
  CHECK(printable("\x80x") == "?x");
  CHECK(printable("\xc0\xaf") == "??");
  CHECK(printable("\xe0\x80\xaf") == "???");
  CHECK(printable("\xed\xa0\x80") == "???");
  CHECK(printable("\xf4\x90\x80\x80") == "????");
  CHECK(printable("\xe2\x82") == "??");
}

}  // namespace gradzoo
