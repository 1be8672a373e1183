#pragma once

#include <string>
#include <vector>

#include "gradzoo/base/plain_file.h"
#include "gradzoo/plot/chart.h"
#include "gradzoo/plot/drawing.h"

namespace gradzoo {

/// A number that summarises the run, which is large on the page, with a sentence that explains it.
struct KeyFigure {
  std::string name = {}, value = {}, unit = {}, meaning = {};
};

struct Snapshot {
  std::string label = {};  ///< time of the picture: "epoch 3"
  Drawing drawing = {};
};

/// Pictures of one subject over time, which a slider selects. Wide ones are shown as ReportPicture's.
struct FilmStrip {
  std::string title = {}, caption = {};
  std::vector<Snapshot> snapshots = {};
  bool invert_at_night = false;  ///< true to invert it in dark mode (planes on white)
};

/// A picture. If it is more than 1000 pixels wide, it has the page's full width, and scrolls on a phone.
struct ReportPicture {
  std::string title = {}, caption = {};
  Drawing drawing = {};
  bool invert_at_night = false;  ///< true: invert in dark mode, for planes; charts have dark colours
};

/// A table; the first column has the names of the rows.
struct ReportTable {
  std::vector<std::string> columns = {};
  std::vector<std::vector<std::string>> rows = {};
  std::vector<std::string> notes = {};
};

struct SettingRow {
  std::string key = {}, value = {}, meaning = {};
  std::string source = {};  ///< source of the value: "default", "--set", "config file"
};

struct Term {
  std::string name = {}, meaning = {};
};

struct Fact {
  std::string name = {}, value = {};
};

/// The contents of a report page. All texts are plain: the page escapes them. Empty parts are omitted.
struct Report {
  std::string title = {};
  std::string summary = {};               ///< one line under the title
  std::vector<std::string> notices = {};  ///< notices at the top, such as: the run has not ended
  std::string mark = {};                  ///< notice for programs: content of <meta name="gradzoo-report">
  std::string interpretation = {};        ///< paragraph that interprets this run's numbers
  std::vector<KeyFigure> figures = {};
  std::vector<ReportTable> tables = {};
  std::vector<LineChart> curves = {};  ///< charts, the first one at full width
  std::vector<FilmStrip> strips = {};
  std::vector<ReportPicture> pictures = {};
  std::vector<SettingRow> settings = {};
  std::vector<Term> glossary = {};
  std::vector<Fact> facts = {};  ///< seed, threads, BLAS kernel, seconds, version
  std::string command = {};      ///< command that repeats the run
};

/// Returns a self-contained HTML page, which loads nothing. Throws Error if a series has unequal lengths.
std::string report_page(const Report& report);

/// Writes the page atomically. Throws Error with the path and the reason.
void write_report(const std::string& path, const Report& report, Links links = Links::follow);

/// Returns the mark of a page from write_report, or "".
std::string report_mark(const std::string& path);

}  // namespace gradzoo
