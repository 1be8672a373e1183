// The course's pages: each has its parts, what it says of gradzoo's sources is there, and every question has
// an answer.
#include <regex>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tools/course/folder.h"
#include "tools/course/learners.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

std::vector<std::string> lines_of_file(const std::string& path) {
  std::istringstream text(read_file(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

// Whether lines `first` to `last` of a source file are the definition of `name`, from its head to its brace.
bool is_definition(const std::string& file, size_t first, size_t last, const std::string& name) {
  const std::vector<std::string> lines = lines_of_file(source_dir() + "/" + file);
  if (first < 1 || last > lines.size() || first >= last) return false;
  const std::string indent = lines[first - 1].substr(0, lines[first - 1].find_first_not_of(' '));
  for (size_t i = first; i < last; ++i) {
    const bool closes = lines[i] == indent + "}" || lines[i] == indent + "};";
    if (closes != (i + 1 == last)) return false;
  }
  return lines[first - 1].find(name) != std::string::npos;
}

}  // namespace

TEST_CASE("each page has its parts, and names definitions of gradzoo by lines that are theirs") {
  const std::regex named(
      R"(`([\w:]+)`\s+\(\[([\w/]+\.(?:h|cpp)), lines (\d+) to (\d+)\]\(\.\./\.\./([\w/.]+)#L(\d+)\)\))");
  for (const course::Step& step : course::steps()) {
    const std::string page = course::page_of(course::course_folder(), step);
    CHECK(page.starts_with(fmt::format("# {}. {}\n", step.number, step.title)));
    for (const char* part :
         {"## What you write", "## The two lines that matter", "## Take care", "## Three questions",
          "## Measurements of a complete solution", "## The same in gradzoo"})
      CHECK_MESSAGE(page.find(fmt::format("\n{}\n", part)) != std::string::npos, step.page, ": ", part);
    int found = 0;
    for (std::sregex_iterator match(page.begin(), page.end(), named), end; match != end; ++match, ++found) {
      CHECK_MESSAGE(is_definition((*match)[2], std::stoul((*match)[3]), std::stoul((*match)[4]), (*match)[1]),
                    step.page, ": ", match->str());
      CHECK((*match)[5] == (*match)[2]);  // the link leads there
      CHECK((*match)[6] == (*match)[3]);
    }
    const std::regex plain(R"(, lines \d+ to \d+\))");
    CHECK_MESSAGE(!std::regex_search(page, plain), step.page, ": a source that is no link");
    CHECK_MESSAGE(found >= 2, step.page);
  }
  CHECK(!is_definition("autograd/sweep.cpp", 1, 3, "Sweep::run"));
}

TEST_CASE("the instructor has an answer to every question of every page") {
  const std::string answers = read_file(source_dir() + "/docs/course-instructor.md");
  for (const course::Step& step : course::steps())
    for (int question = 1; question <= 3; ++question) {
      CHECK(course::page_of(course::course_folder(), step).find(fmt::format("\n{}. ", question)) !=
            std::string::npos);
      CHECK(answers.find(fmt::format("**{}.{}** ", step.number, question)) != std::string::npos);
    }
}

TEST_CASE("a started folder has a page a step, and its README and the docs lead to each") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("learner");
  course::start_folder(folder);
  const std::string readme = read_file(folder + "/README.md"),
                    docs = read_file(source_dir() + "/docs/course.md");
  for (const course::Step& step : course::steps()) {
    const std::string whole = course::page_of(course::course_folder(), step),
                      mine = course::page_of(folder, step);
    CHECK(mine == read_file(fmt::format("{}/pages/{}.md", folder, step.page)));
    CHECK(mine.substr(0, mine.find("](")) == whole.substr(0, whole.find("](")));
    CHECK(readme.find(fmt::format("| {} {} |", step.number, step.title)) != std::string::npos);
    CHECK(readme.find(fmt::format("pages/{}.md", step.page)) != std::string::npos);
    CHECK(docs.find(fmt::format("[{} {}](../course/pages/{}.md)", step.number, step.title, step.page)) !=
          std::string::npos);
    for (const std::string& file : course::words_of(step.files))
      CHECK(readme.find(file) != std::string::npos);
  }
}
