#pragma once

#include <deque>
#include <mutex>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/explain/explain_expression.h"

namespace gradzoo {

/// Explains functions that are typed into the page: each by a process of its own, `gradzoo explain --expr`,
/// with limits on time and memory, so that no function harms the server. May be called by many threads.
class ExpressionPages {
 public:
  /// {"id"}: the page's number. Or {"error", "pointer"}: one sentence, and the two lines that point into the
  /// function.
  nlohmann::json explain(const ExpressionRequest& request);
  /// The page of a number: the last 30 are kept. Throws Error for another.
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
