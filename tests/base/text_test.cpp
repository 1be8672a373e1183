#include "base/text.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

const std::vector<std::string> kNames{"mnist", "fashion", "ring8", "bars-and-stripes"};

}  // namespace

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
