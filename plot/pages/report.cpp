#include "plot/pages/report.h"

#include <algorithm>
#include <filesystem>
#include <span>

#include <fmt/format.h>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/plot/image.h"
#include "gradzoo/plot/pages/curve_figure.h"
#include "plot/html.h"
#include "plot/pages/page_files.h"

namespace gradzoo {
namespace {

const std::string kMarkBegin = R"(<meta name="gradzoo-report" content=")", kMarkEnd = "\">\n";
constexpr std::uint64_t kMarkWithin = 1000;  // bytes of a page

/// Part of the page with its entry in the table of contents. Without a body there is none.
struct Section {
  std::string id, title, body;
};

struct Sides {
  int width = 0, height = 0;
};

/// A PNG names its sides in bytes 16 to 23. A chart has none here: it fits its place.
Sides sides_of(const Drawing& drawing) {
  if (drawing.ending != ".png" || drawing.bytes.size() < 24) return {};
  const auto side = [&](std::size_t at) {
    int value = 0;
    for (std::size_t i = at; i < at + 4; ++i)
      value = value << 8 | static_cast<std::uint8_t>(drawing.bytes[i]);
    return value;
  };
  return {side(16), side(20)};
}

bool is_wide(const Drawing& drawing) { return sides_of(drawing).width > 1000; }

/// width and height attributes, so that the page does not jump while pictures are decoded. What a file holds
/// is shown, never run: an SVG is an image too.
std::string image_tag(const Drawing& drawing, const std::string& description, bool invert_at_night = false) {
  const Sides sides = sides_of(drawing);
  const bool png = drawing.ending == ".png";
  return fmt::format(
      R"(<img{} src="data:image/{};base64,{}" alt="{}"{}>)",
      invert_at_night && png ? R"( class="invert-at-night")" : "", png ? "png" : "svg+xml",
      base64(drawing.bytes), html_escape(description),
      sides.width > 0 ? fmt::format(R"( width="{}" height="{}")", sides.width, sides.height) : "");
}

std::string notices_part(const Report& report) {
  std::string html;
  for (const std::string& notice : report.notices)
    html += fmt::format("<p class=\"notice\">{}</p>\n", html_escape(notice));
  return html;
}

std::string figures_part(const Report& report) {
  std::string html;
  for (const KeyFigure& figure : report.figures) {
    html += fmt::format(
        R"(<div><dt>{}</dt><dd class="value">{} <small>{}</small></dd><dd class="meaning">{}</dd></div>)"
        "\n",
        html_escape(figure.name), html_escape(figure.value), html_escape(figure.unit),
        html_escape(figure.meaning));
  }
  return html.empty() ? "" : R"(<dl class="figures">)" + html + "</dl>";
}

std::string curves_part(const Report& report) {
  std::string html;
  for (const LineChart& curve : report.curves) {
    LineChart sized = curve;
    sized.width = html.empty() ? 1000 : 500, sized.height = html.empty() ? 360 : 300;
    html += curve_figure(sized);
  }
  return html.empty() ? "" : R"(<div class="curves">)" + html + "</div>";
}

std::string strips_part(const Report& report) {
  std::string html;
  for (const FilmStrip& strip : report.strips) {
    if (strip.snapshots.empty()) continue;
    html += fmt::format(R"(<figure class="strip{}"><h3>{}</h3><div class="frames">)",
                        is_wide(strip.snapshots[0].drawing) ? " wide" : "", html_escape(strip.title));
    for (const Snapshot& snapshot : strip.snapshots) {
      html +=
          fmt::format("<figure>{}<figcaption>{}</figcaption></figure>\n",
                      image_tag(snapshot.drawing, strip.title + ", " + snapshot.label, strip.invert_at_night),
                      html_escape(snapshot.label));
    }
    html += fmt::format("</div><figcaption>{}</figcaption></figure>\n", html_escape(strip.caption));
  }
  return html;
}

std::string pictures_part(const Report& report) {
  std::string html;
  for (const ReportPicture& picture : report.pictures) {
    const bool wide = is_wide(picture.drawing);
    html += fmt::format("<figure{}><h3>{}</h3>{}{}{}<figcaption>{}</figcaption></figure>\n",
                        wide ? R"( class="wide")" : "", html_escape(picture.title),
                        wide ? R"(<div class="scroll" tabindex="0">)" : "",
                        image_tag(picture.drawing, picture.title, picture.invert_at_night),
                        wide ? "</div>" : "", html_escape(picture.caption));
  }
  return html.empty() ? "" : R"(<div class="pictures">)" + html + "</div>";
}

// "-90.5 ± 0.3": figures, signs and an exponent, nothing else.
bool is_number(std::string_view text) {
  return text.find_first_of("0123456789") != std::string_view::npos &&
         text.find_first_not_of("0123456789.,+-e% \u00b1\u2212") == std::string_view::npos;
}

// Whether column i holds numbers alone, where it holds anything.
bool is_of_numbers(const ReportTable& table, std::size_t i) {
  const auto fits = [&](const auto& row) { return i >= row.size() || row[i] == "-" || is_number(row[i]); };
  return i > 0 && std::ranges::all_of(table.rows, fits);
}

// A cell names its heading: a narrow page shows it there, and no row of headings.
std::string data_table(const ReportTable& table) {
  const auto cell = [&](const char* tag, std::size_t i, const std::string& text) {
    const std::string heading = i < table.columns.size() ? html_escape(table.columns[i]) : "";
    return fmt::format(R"(<{0}{1} data-heading="{2}">{3}</{0}>)", tag,
                       is_of_numbers(table, i) ? R"( class="number")" : "", heading, html_escape(text));
  };
  const auto row = [&](const char* tag, const std::vector<std::string>& texts) {
    std::string html;
    for (std::size_t i = 0; i < texts.size(); ++i) html += cell(tag, i, texts[i]);
    return "<tr>" + html + "</tr>\n";
  };
  std::string html = R"(<div class="scroll" tabindex="0"><table class="data"><thead>)" +
                     row("th", table.columns) + "</thead><tbody>";
  for (const auto& texts : table.rows) html += row("td", texts);
  return html + "</tbody></table></div>";
}

std::string tables_part(const Report& report) {
  std::string html;
  for (const ReportTable& table : report.tables) {
    html += data_table(table);
    for (const std::string& note : table.notes) html += fmt::format("<p>{}</p>\n", html_escape(note));
  }
  return html;
}

std::string settings_part(const Report& report) {
  std::string html;
  for (const SettingRow& row : report.settings) {
    html += fmt::format("<tr><td><code>{}</code></td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>\n",
                        html_escape(row.key), html_escape(row.value), html_escape(row.meaning),
                        html_escape(row.source));
  }
  if (html.empty()) return "";
  return R"(<div class="scroll" tabindex="0"><table class="settings"><thead><tr><th>setting</th>)"
         "<th>value</th><th>what it does</th><th>from</th></tr></thead><tbody>" +
         html + "</tbody></table></div>";
}

std::string glossary_part(const Report& report) {
  std::string html;
  for (const Term& term : report.glossary) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html_escape(term.name), html_escape(term.meaning));
  }
  if (!html.empty()) html = R"(<dl class="glossary">)" + html + "</dl>";
  if (report.interpretation.empty()) return html;
  return fmt::format("<p class=\"reading\">{}</p>\n{}", html_escape(report.interpretation), html);
}

std::string run_part(const Report& report) {
  std::string html;
  for (const Fact& fact : report.facts) {
    html +=
        fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html_escape(fact.name), html_escape(fact.value));
  }
  if (!html.empty()) html = R"(<dl class="facts">)" + html + "</dl>";
  if (report.command.empty()) return html;
  return html +
         fmt::format(
             R"(<div class="command"><p>This command repeats the run:</p><pre><code>{}</code></pre></div>)",
             html_escape(report.command));
}

}  // namespace

std::string report_page(const Report& report) {
  const Section sections[] = {{"figures", "In short", figures_part(report)},
                              {"table", "Side by side", tables_part(report)},
                              {"samples", "Over time", strips_part(report)},
                              {"pictures", "Pictures", pictures_part(report)},
                              {"curves", "Curves", curves_part(report)},
                              {"meaning", "What the numbers mean", glossary_part(report)},
                              {"settings", "Settings", settings_part(report)},
                              {"run", "The run", run_part(report)}};
  std::string contents, body;
  for (const Section& section : sections) {
    if (section.body.empty()) continue;
    contents += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, section.title);
    body += fmt::format("<section id=\"{}\"><h2>{}</h2>\n{}</section>\n", section.id, section.title,
                        section.body);
  }
  // The policy forbids every request: what the page shows is in the page.
  return fmt::format(
      R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{6}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;
  style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>{0}</title>
<style>{1}</style>
</head>
<body>
<main>
<header>
<h1>{0}</h1>
<p class="summary">{2}</p>
{7}<nav>{3}</nav>
</header>
{4}</main>
<script>{5}</script>
</body>
</html>
)",
      html_escape(report.title), kReportStyle, html_escape(report.summary), contents, body, kReportScript,
      report.mark.empty() ? "" : kMarkBegin + html_escape(report.mark) + kMarkEnd, notices_part(report));
}

void write_report(const std::string& path, const Report& report, Links links) {
  const std::string page = report_page(report);
  write_file_atomically(path, std::as_bytes(std::span(page)), links);
}

std::string report_mark(const std::string& path) {
  check_plain_or_absent(path);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return "";
  const PlainFile file(path, Links::refuse);
  std::string head(std::min<std::uint64_t>(file.size(), kMarkWithin), '\0');
  file.read(0, std::as_writable_bytes(std::span(head)));
  const std::size_t begin = head.find(kMarkBegin);
  if (begin == std::string::npos) return "";
  const std::size_t text = begin + kMarkBegin.size(), end = head.find(kMarkEnd, text);
  return end == std::string::npos ? "" : head.substr(text, end - text);
}

}  // namespace gradzoo
