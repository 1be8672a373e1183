#pragma once

#include <deque>
#include <mutex>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/explain/explain_expression.h"

namespace gradzoo {

/// Explains functions that a user types into the page. Each one runs in a separate process, `gradzoo explain
/// --expr`, with limits on time and memory, so that no function harms the server. Thread-safe.
class ExpressionPages {
 public:
  /// Returns {"id"}, the number of the new page; or {"error", "pointer"}: one sentence, and the two lines
  /// that mark the place in the function.
  nlohmann::json explain(const ExpressionRequest& request);
  /// Returns the page with this number; the last 30 pages are kept. Throws Error for other numbers.
  std::string page(int64_t id);

 private:
  struct Page {
    int64_t id;
    std::string html;
  };
  std::mutex mutex_;
  std::deque<Page> pages_;
  int64_t next_ = 1;
};

}  // namespace gradzoo
