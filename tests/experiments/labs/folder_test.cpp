#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "experiments/labs/lab_tools.h"
#include "support/error_message.h"
#include "support/scratch.h"

namespace gradzoo {
using namespace test;
namespace {

LabResult two_rows() {
  LabTable table{"thing", {{"size, m", "how long"}, {"age, s", "how old"}}};
  table.add("first", {1.25, NAN});
  table.add("second <b>", {1e-7, 3});
  LabResult out;
  out.tables.push_back(table);
  out.pictures.push_back({"square", "A black square.", png_drawing({2, 2, std::vector<std::uint8_t>(12)})});
  out.interpretation = "What is to be seen. " + std::string(200, 'x');
  out.exercise = "Why?";
  return out;
}

struct ThingsLab : Lab {
  void describe(OptionTable&) override {}
  LabResult run(const LabContext&) const override { return two_rows(); }
};

const LabEntry kLab = lab_entry<ThingsLab>(1, "things", "what things are", "someone 1900");

RanLab ran() { return {kLab, two_rows(), 7, 1.5}; }

TEST_CASE("a table knows its numbers by name") {
  const LabResult result = two_rows();
  const LabTable& table = result.table("thing");
  CHECK(table.at("second <b>", "age, s") == 3);
  CHECK(contains(error_message([&] { static_cast<void>(table.at("third", "age, s")); }), "third"));
  CHECK(contains(error_message([&] { static_cast<void>(table.at("first", "weight")); }), "weight"));
  CHECK(contains(error_message([&] { static_cast<void>(result.table("other")); }), "other"));
  LabTable other = table;
  CHECK(contains(error_message([&] { other.add("third", {1}); }), "1 values for 2 columns"));
  CHECK(number_text(0.123456) == "0.1235");
  CHECK(number_text(NAN) == "-");
}

TEST_CASE("a lab is told as text in lines of a terminal's width") {
  const std::string text = lab_text(ran());
  CHECK(contains(text, "things: what things are (someone 1900)\n"));
  CHECK(contains(text, "  thing       size, m  age, s\n  first       1.25     -\n"));
  CHECK(contains(text, "What to see\n  What is to be seen.\n  xxx"));  // too long a word has its own line
  CHECK(contains(text, "Exercise\n  Why?\n"));
}

TEST_CASE("turned knobs stand in the command, in the numbers, and before what was written for others") {
  RanLab turned = ran();
  turned.knobs = {"width=.3", "steps=7"};
  CHECK(nlohmann::json::parse(lab_json(turned))["knobs"] == std::vector<std::string>{"width=.3", "steps=7"});
  CHECK(nlohmann::json::parse(lab_json(ran()))["knobs"].empty());
  CHECK(contains(lab_text(turned), "This is the lab with width=.3, steps=7."));
  CHECK(!contains(lab_text(ran()), "This is the lab with"));
  const ScratchDirectory scratch;
  write_lab(scratch.file(""), turned);
  CHECK(contains(read_file(scratch.file("report.html")),
                 "gradzoo lab things --seed 7 --set width=.3 --set steps=7"));
}

TEST_CASE("a lab's folder holds its page, its picture and its numbers") {
  const ScratchDirectory scratch;
  write_lab(scratch.file(""), ran());
  const auto json = nlohmann::json::parse(read_file(scratch.file("lab.json")));
  CHECK(json == nlohmann::json::parse(lab_json(ran())));
  CHECK(json["lab"] == "things");
  CHECK(json["seed"] == 7);
  CHECK(json["tables"][0]["rows_are"] == "thing");
  CHECK(json["tables"][0]["columns"][1]["heading"] == "age, s");
  CHECK(json["tables"][0]["rows"][0]["values"][0] == 1.25);
  CHECK(json["tables"][0]["rows"][0]["values"][1].is_null());
  CHECK(json["pictures"][0]["file"] == "square.png");
  CHECK(read_file(scratch.file("square.png")).starts_with("\x89PNG"));
  const std::string page = read_file(scratch.file("report.html"));
  for (const char* part : {"Lab: things", "what things are", "second &lt;b&gt;", "A black square.", "Why?",
                           "What is to be seen.", "how old", "gradzoo lab things --seed 7"})
    CHECK_MESSAGE(contains(page, part), part);
}

}  // namespace
}  // namespace gradzoo
