#include "plot/pages/report.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/base/error.h"
#include "support/error_message.h"
#include "support/html_tags.h"
#include "support/scratch.h"

namespace gradzoo {
namespace {

Drawing small_png(int width, int height) {
  return png_drawing(
      {width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * width * height), 99)});
}

/// A page with every part, each text of it `text`.
Report report_saying(const std::string& text) {
  Report report;
  report.title = report.summary = report.mark = report.interpretation = report.command = text;
  report.notices = {text};
  report.figures = {{text, text, text, text}};
  report.curves = {
      {.title = text, .x_label = text, .y_label = text, .caption = text, .series = {{text, {0, 1}, {1, 2}}}}};
  report.strips = {{text, text, {{text, small_png(4, 4)}, {text, small_png(4, 4)}}}};
  report.pictures = {{text, text, small_png(31, 17), true}};
  report.tables = {{{text, text}, {{text, text}}, {text}}};
  report.settings = {{text, text, text, text}};
  report.glossary = {{text, text}};
  report.facts = {{text, text}};
  return report;
}

}  // namespace

TEST_CASE("every text of a report stands on its page") {
  Report report = report_saying("");
  report.title = "a title", report.summary = "a summary", report.interpretation = "a reading";
  report.command = "gradzoo train vae";
  report.figures = {{"ELBO", "104.9", "nats", "lower is better"}};
  report.settings = {{"lr", "0.001", "step size", "default"}};
  report.glossary = {{"nat", "1.44 bits"}};
  report.facts = {{"seed", "17"}};
  const std::string page = report_page(report);
  for (const char* text : {"a title", "a summary", "a reading", "gradzoo train vae", "ELBO", "104.9",
                           "lower is better", "step size", "1.44 bits", "seed", "17"}) {
    CHECK(test::contains(page, text));
  }
  CHECK(test::is_well_nested(page));
}

TEST_CASE("a picture of more than 1000 pixels gets the page's width, others do not") {
  Report report;
  report.pictures = {{"narrow", "", small_png(1000, 10), false}};
  CHECK_FALSE(test::contains(report_page(report), "<figure class=\"wide\">"));
  report.pictures.push_back({"wide", "", small_png(1001, 10), false});
  const std::string page = report_page(report);
  CHECK(test::contains(page, "<figure class=\"wide\"><h3>wide</h3>"));
  report.strips = {{"film", "", {{"epoch 1", small_png(1001, 10)}}}};
  CHECK(test::contains(report_page(report), "<figure class=\"strip wide\">"));
  CHECK(test::is_well_nested(page));
}

TEST_CASE("what a run made stands above its curves") {
  const std::string page = report_page(report_saying("x"));
  CHECK(page.find("id=\"samples\"") < page.find("id=\"curves\""));
  CHECK(page.find("id=\"pictures\"") < page.find("id=\"curves\""));
}

TEST_CASE("a page says its mark to programs, and another file says none") {
  const test::ScratchDirectory scratch;
  Report report = report_saying("x");
  for (const char* mark : {"step 3 of 5", ""}) {
    report.mark = mark;
    write_report(scratch.file("page.html"), report);
    CHECK(report_mark(scratch.file("page.html")) == mark);
  }
  CHECK(report_mark(scratch.file("absent.html")).empty());
  test::write_file(scratch.file("other.html"), "<meta name=\"gradzoo-report\" content=\"cut short");
  CHECK(report_mark(scratch.file("other.html")).empty());
}

TEST_CASE("a table's numbers stand to the right; each cell names its heading, for narrow pages") {
  const std::string page = report_page(
      {.tables = {{{"run", "KL", "note"}, {{"7", "-1.5e-03", "good"}, {"b", "2 ± 0.1", "-"}}, {}}}});
  for (const char* cell :
       {R"(<td data-heading="run">7</td>)", R"(<th class="number" data-heading="KL">KL</th>)",
        R"(<td class="number" data-heading="KL">-1.5e-03</td>)",
        R"(<td class="number" data-heading="KL">2 ± 0.1</td>)", R"(<td data-heading="note">-</td>)"})
    CHECK_MESSAGE(test::contains(page, cell), cell);
  CHECK(test::contains(page, "content: attr(data-heading)"));
  CHECK_FALSE(test::contains(page, "class=\"settings\""));
}

TEST_CASE("parts without content leave no heading behind") {
  const std::string page = report_page({.title = "bare"});
  CHECK_FALSE(test::contains(page, "<section"));
  CHECK_FALSE(test::contains(page, "href=\"#"));
  CHECK(test::is_well_nested(page));
}

TEST_CASE("hostile strings stay text") {
  for (const char* hostile : {"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
                              "'-->]]></style></script>", "{} {0} {nothing}", "&lt;", "\xFF\xFE"}) {
    CAPTURE(hostile);
    const std::string plain = report_page(report_saying("plain")), page = report_page(report_saying(hostile));
    const auto names = [](const std::string& html) {
      std::vector<std::string> result;
      for (const test::HtmlTag& tag : test::html_tags(html)) {
        result.push_back((tag.closing ? "/" : "") + tag.name);
        for (const auto& [name, value] : tag.attributes) result.push_back(name);
      }
      return result;
    };
    CHECK(names(page) == names(plain));
    CHECK(test::is_well_nested(page));
    CHECK_FALSE(test::contains(page, "<script>alert"));
    CHECK_FALSE(test::contains(page, "<img src=x"));
  }
}

TEST_CASE("the page needs nothing from outside itself") {
  std::string page = report_page(report_saying("text"));
  const std::string name_of_svg = "xmlns=\"http://www.w3.org/2000/svg\"";  // a name, nothing is asked there
  for (size_t at; (at = page.find(name_of_svg)) != std::string::npos;) page.erase(at, name_of_svg.size());
  for (const char* outside :
       {"http://", "https://", "//cdn", "@import", "url(", "fetch(", "XMLHttpRequest", "<iframe"}) {
    CAPTURE(outside);
    CHECK_FALSE(test::contains(page, outside));
  }
  for (const test::HtmlTag& tag : test::html_tags(page))
    for (const char* name : {"src", "href", "srcset", "action"}) {
      if (!tag.attributes.contains(name)) continue;
      const std::string& target = tag.attributes.at(name);
      CHECK((target.starts_with("data:") || target.starts_with("#")));
    }
  CHECK(test::contains(page, "default-src 'none'"));
}

TEST_CASE("pictures are embedded with their true sides, so that the page does not jump") {
  const std::string page = report_page(report_saying("text"));
  test::check_says(page, {"width=\"31\" height=\"17\"", "data:image/png;base64,iVBORw0KGgo"});
  Report broken = report_saying("text");
  broken.pictures[0].drawing.bytes = "\1\2\3";
  CHECK(test::is_well_nested(report_page(broken)));
  Report chart;
  chart.pictures = {{"bars", "", draw_chart(BarChart{.values = {1, 2}}), true}};
  CHECK(test::contains(report_page(chart), "<img src=\"data:image/svg+xml;base64,PHN2Zy"));  // not inverted
}

TEST_CASE("the page fits a phone, a dark room and a printer") {
  const std::string page = report_page({.title = "t"});
  test::check_says(page, {"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
                          "prefers-color-scheme: dark", "@media print"});
}

TEST_CASE("a report is written whole or not at all") {
  const test::ScratchDirectory scratch;
  write_report(scratch.file("report.html"), report_saying("text"));
  CHECK(test::read_file(scratch.file("report.html")) == report_page(report_saying("text")));
  CHECK_THROWS_AS(write_report(scratch.file("none/report.html"), {}), Error);
}

}  // namespace gradzoo
