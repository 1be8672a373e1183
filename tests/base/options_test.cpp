#include "gradzoo/base/options.h"

#include <doctest/doctest.h>

#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

enum class Shade { light, dark };
constexpr Choice<Shade> kShades[] = {{"light", Shade::light}, {"dark", Shade::dark}};
const Strings kCorners = {"round", "square"};

/// One field of each type.
struct Ring {
  int64_t units = 64;
  double width = 0.1;
  bool closed = true;
  std::string corner = "round";
  std::string owner = "nobody";
  Shade shade = Shade::dark;
  std::vector<int64_t> layers = {8, 4};

  void describe(OptionTable& options) {
    options.add("units", units, "units of a ring", {1, 100});
    options.add("width", width, "width of a ring", {0});
    options.add("closed", closed, "whether it is closed");
    options.add("corner", corner, "how a corner looks", kCorners);
    options.add("owner", owner, "whose it is");
    options.add("shade", shade, kShades, "how it is drawn");
    options.add("layers", layers, "units of the layers", {1, 1000});
  }
};

struct Described {
  Ring ring;
  OptionTable table;
  Described() { ring.describe(table); }
  std::string refusal(const std::string& assignment) {
    return error_message([&] { table.assign(assignment); });
  }
};

TEST_CASE("every type of field is read, and written as it is read") {
  Described d;
  for (const char* assignment : {"units=7", "width=1e-3", "closed=false", "corner=square", "owner=a=b c",
                                 "shade=light", "layers=5,6,7"}) {
    d.table.assign(assignment);
    const std::string text = assignment, key = text.substr(0, text.find('='));
    const std::string once = d.table.find(key).text();
    d.table.set(key, once);
    CHECK(d.table.find(key).text() == once);
    CHECK(d.table.find(key).source == "set");
    CHECK(d.table.find(key).chosen);
  }
  CHECK(d.ring.units == 7);
  CHECK(d.ring.width == 1e-3);
  CHECK_FALSE(d.ring.closed);
  CHECK(d.ring.corner == "square");
  CHECK(d.ring.owner == "a=b c");
  CHECK(d.ring.shade == Shade::light);
  CHECK(d.ring.layers == std::vector<int64_t>{5, 6, 7});
}

TEST_CASE("numbers come back from their text bit for bit") {
  Described d;
  for (const double value : {0.1, 1.0 / 3, 1e300, 5e-324, 0.0}) {
    d.ring.width = value;
    const std::string text = d.table.find("width").text();
    d.ring.width = -1;
    d.table.set("width", text);
    CHECK(d.ring.width == value);
  }
}

TEST_CASE("what is wrong is refused in words, and nothing is changed") {
  Described d;
  CHECK(contains(d.refusal("unit=3"), "setting 'unit' is not known. Hint: did you mean 'units'"));
  CHECK(contains(d.refusal("units"), "key=value"));
  CHECK(
      contains(d.refusal("units=3.5"), "'3.5' is not a whole number. Hint: units of a ring, e.g. units=64"));
  CHECK(contains(d.refusal("units="), "is not a whole number"));
  CHECK(contains(d.refusal("units= 3"), "is not a whole number"));
  CHECK(contains(d.refusal("units=0"), "0 is out of range. Hint: from 1 to 100"));
  CHECK(contains(d.refusal("units=101"), "out of range"));
  CHECK(contains(d.refusal("units=99999999999999999999"), "is not a whole number"));
  CHECK(contains(d.refusal("width=nan"), "out of range. Hint: at least 0"));
  CHECK(contains(d.refusal("width=inf"), "out of range"));
  CHECK(contains(d.refusal("width=-1"), "out of range"));
  CHECK(contains(d.refusal("width=1x"), "is not a number"));
  CHECK(contains(d.refusal("closed=yes"), "true or false"));
  CHECK(contains(d.refusal("corner=rond"), "'rond' is not known. Hint: did you mean 'round'"));
  CHECK(contains(d.refusal("shade=drak"), "'drak' is not known. Hint: did you mean 'dark'"));
  CHECK(contains(d.refusal("layers=5,"), "is not a list of whole numbers, as in 512,512"));
  CHECK(contains(d.refusal("layers="), "is not a list"));
  CHECK(contains(d.refusal("layers=5,0"), "0 is out of range. Hint: from 1 to 1000"));
  CHECK(contains(d.refusal("layers=5;6"), "is not a list"));
  const Described fresh;
  for (const Option& option : fresh.table.all()) {
    CHECK(d.table.find(option.key).text() == option.text());
    CHECK(d.table.find(option.key).source == "default");
  }
}

TEST_CASE("another default is taken where nobody chose, whatever the choice was") {
  Described d;
  d.table.assign("units=64");
  d.table.prefer(d.ring.units, 5, "data");
  d.table.prefer(d.ring.layers, {3}, "data");
  d.table.prefer(d.ring.shade, Shade::light, "data");
  CHECK(d.ring.units == 64);
  CHECK(d.table.find("units").source == "set");
  CHECK(d.table.find("units").chosen);
  CHECK(d.ring.layers == std::vector<int64_t>{3});
  CHECK(d.table.find("layers").source == "data");
  CHECK_FALSE(d.table.find("layers").chosen);
  d.table.prefer(d.ring.layers, {2}, "preset");
  CHECK(d.ring.layers == std::vector<int64_t>{2});
  CHECK(d.ring.shade == Shade::light);
  int64_t elsewhere = 0;
  CHECK(contains(error_message([&] { d.table.prefer(elsewhere, 1, "data"); }), "not described"));
}

TEST_CASE("a default that is computed is held to the range too") {
  Described d;
  CHECK(contains(error_message([&] { d.table.prefer(d.ring.units, 0, "data"); }), "0 is out of range"));
  CHECK_THROWS_WITH_AS(d.table.prefer(d.ring.layers, {3, -1}, "data"), Contains("-1 is out of range"), Error);
}

TEST_CASE("what an option keeps puts its value back, whatever it was set to since") {
  Described d;
  std::vector<std::function<void()>> before;
  for (const Option& option : d.table.all()) before.push_back(option.keep());
  const Described fresh;
  d.table.assign("units=64");
  d.table.assign("shade=light");
  d.table.assign("layers=7,8,9");
  for (const auto& put_back : before) put_back();
  for (const Option& option : fresh.table.all()) CHECK(d.table.find(option.key).text() == option.text());
}

TEST_CASE("an option may take a part of a list") {
  Shade shade = Shade::light;
  OptionTable table;
  table.add("shade", shade, subset(kShades, Shade::light), "how it is drawn");
  CHECK(table.find("shade").choices == Strings{"light"});
  CHECK(contains(error_message([&] { table.assign("shade=dark"); }), "'dark' is not known"));
}

TEST_CASE("a name is described once") {
  Described d;
  CHECK(contains(error_message([&] { d.ring.describe(d.table); }), "'units' is described twice"));
}

TEST_CASE("an enum's names are found both ways, and the nearest is named for any other") {
  CHECK(name_of(kShades, Shade::light) == "light");
  CHECK(value_named(kShades, "dark", "shade") == Shade::dark);
  CHECK(contains(error_message([] { value_named(kShades, "ligth", "shade"); }),
                 "shade 'ligth' is not known. Hint: did you mean 'light'"));
}

TEST_CASE("a rounded default is short to write and near to what was computed") {
  CHECK(rounded(0.123456789, 3) == 0.123);
  CHECK(rounded(1234567, 2) == 1.2e6);
  CHECK(rounded(0, 6) == 0);
}

}  // namespace
}  // namespace gradzoo
