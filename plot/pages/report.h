#pragma once

#include <string>
#include <vector>

#include "gradzoo/base/plain_file.h"
#include "gradzoo/plot/chart.h"
#include "gradzoo/plot/drawing.h"

namespace gradzoo {

/// A number that sums up the run, large on the page, with a sentence that says what it means.
struct KeyFigure {
  std::string name = {}, value = {}, unit = {}, meaning = {};
};

struct Snapshot {
  std::string label = {};  ///< when it was taken: "epoch 3"
  Drawing drawing = {};
};

/// Pictures of one thing over time, leafed through with a slider; wide ones as of ReportPicture.
struct FilmStrip {
  std::string title = {}, caption = {};
  std::vector<Snapshot> snapshots = {};
  bool invert_at_night = false;
};

/// One that is more than 1000 pixels wide gets the page's full width, and on a phone is moved under the thumb
/// rather than made illegible.
struct ReportPicture {
  std::string title = {}, caption = {};
  Drawing drawing = {};
  bool invert_at_night = false;  ///< for planes, on white; a chart has a night of its own
};

/// Lines under each other; the first column names them.
struct ReportTable {
  std::vector<std::string> columns = {};
  std::vector<std::vector<std::string>> rows = {};
  std::vector<std::string> notes = {};
};

struct SettingRow {
  std::string key = {}, value = {}, meaning = {};
  std::string source = {};  ///< "default", "--set", "config file"
};

struct Term {
  std::string name = {}, meaning = {};
};

struct Fact {
  std::string name = {}, value = {};
};

/// What a report page shows. All text is plain: the page escapes it. Empty parts are left out.
struct Report {
  std::string title = {};
  std::string summary = {};               ///< one line under the title
  std::vector<std::string> notices = {};  ///< what the reader must know first: that the run has not ended
  std::string mark = {};  ///< the same for programs: <meta name="gradzoo-report">, at the page's beginning
  std::string interpretation = {};  ///< how to read this run's numbers: a paragraph
  std::vector<KeyFigure> figures = {};
  std::vector<ReportTable> tables = {};
  std::vector<LineChart> curves = {};  ///< the first one is drawn at full width
  std::vector<FilmStrip> strips = {};
  std::vector<ReportPicture> pictures = {};
  std::vector<SettingRow> settings = {};
  std::vector<Term> glossary = {};
  std::vector<Fact> facts = {};  ///< seed, threads, BLAS kernel, seconds, version
  std::string command = {};      ///< repeats the run
};

/// One self-contained HTML page: no network, no file beside it. Throws Error if a series has unequal lengths.
std::string report_page(const Report& report);

/// The page, which loads nothing.
std::string report_page(const Report& report);
/// Writes the page atomically. Throws Error with the path and the reason.
void write_report(const std::string& path, const Report& report, Links links = Links::follow);

/// The mark of a page that write_report wrote; "" where there is none.
std::string report_mark(const std::string& path);

}  // namespace gradzoo
