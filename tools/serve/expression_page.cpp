#include "tools/serve/expression_page.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/commands/program.h"
#include "gradzoo/experiments/child.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr size_t kMostPages = 30, kLongestText = 2000;
constexpr uint64_t kMostPageBytes = uint64_t{16} << 20;

/// A folder for one page, removed again.
class PageFolder {
 public:
  PageFolder() {
    path_ = (fs::temp_directory_path() / "gradzoo-serve-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr)
      throw Error("serve: cannot make {}. Hint: set TMPDIR to a folder where you may write", path_);
  }
  ~PageFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  PageFolder(const PageFolder&) = delete;
  PageFolder& operator=(const PageFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Json refusal(const std::string& sentence, const std::string& pointer = "") {
  return {{"error", sentence}, {"pointer", pointer}};
}

// What was said on stderr: the lines that point into the text, then "gradzoo: the sentence".
Json refusal_of(const EndedProcess& ended) {
  if (ended.killed || ended.signal != 0 || ended.err.find("out of memory") != std::string::npos)
    return refusal(
        "the function took more than 10 seconds or 2 GB, the limits of this page. Hint: choose a lower "
        "order, or use gradzoo explain --expr in a terminal, which has no limits");
  std::string text = ended.err;
  while (text.ends_with('\n')) text.pop_back();
  const size_t last = text.rfind('\n');
  std::string sentence = last == std::string::npos ? text : text.substr(last + 1);
  if (sentence.starts_with("gradzoo: ")) sentence.erase(0, 9);
  if (sentence.empty())
    sentence = "the process ended without a message. Hint: try gradzoo explain --expr in a terminal";
  return refusal(sentence, last == std::string::npos ? "" : text.substr(0, last));
}

}  // namespace

Json ExpressionPages::explain(const ExpressionRequest& request) {
  if (request.expression.empty()) return refusal("no function is given. Hint: type one, such as sin(x^2)");
  if (request.expression.size() > kLongestText || request.at.size() > kLongestText)
    return refusal(fmt::format(
        "a text has more than {} characters. Hint: gradzoo explain --expr accepts 10,000", kLongestText));
  if (request.expression.find('\0') != std::string::npos || request.at.find('\0') != std::string::npos)
    return refusal("a text has a zero byte. Hint: remove it");
  if (request.order < 1 || request.order > kHighestExplainedOrder)
    return refusal(fmt::format("derivatives of order {} are not shown. Hint: choose 1 to {}", request.order,
                               kHighestExplainedOrder));
  const PageFolder folder;
  std::error_code error;
  // --expr=TEXT, so that a function may begin with a sign.
  std::vector<std::string> words = {find_program("explain").path.string(),
                                    "--expr=" + request.expression,
                                    "--order",
                                    std::to_string(request.order),
                                    "--html",
                                    "page.html"};
  if (!request.at.empty()) words.push_back("--at=" + request.at);
  const EndedProcess ended =
      run_child(words, folder.path(), "",
                {.quiet_seconds = 10, .cpu_seconds = 10, .memory_bytes = uint64_t{2} << 30, .threads = 1});
  if (ended.killed || ended.signal != 0 || ended.status != 0) return refusal_of(ended);
  const std::string file = folder.path() + "/page.html";
  if (fs::file_size(file, error) > kMostPageBytes || error)
    return refusal("the page would have more than 16 MB. Hint: choose a lower order, or smaller matrices");
  const std::lock_guard lock(mutex_);
  pages_.push_front({next_, read_plain_file(file, kMostPageBytes, Links::refuse)});
  if (pages_.size() > kMostPages) pages_.pop_back();
  return {{"id", next_++}};
}

std::string ExpressionPages::page(int64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(pages_, id, &Page::id);
  if (found == pages_.end())
    throw Error("the page {} is no longer stored. Hint: explain the function again", id);
  return found->html;
}

}  // namespace gradzoo
