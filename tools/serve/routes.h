#pragma once

#include <string>

#include "tools/serve/engine_processes.h"
#include "tools/serve/http_message.h"
#include "tools/serve/runs_folder.h"

namespace gradzoo {

/// The routes of the live page: which answer belongs to which request. Every request gets an answer; a wrong
/// one gets {"error"}, one sentence with a hint, and a status of 400 or more.
class PageRoutes : public HttpHandler {
 public:
  /// The sources of the answers.
  struct Page {
    const RunsFolder& runs;
    Engines& engines;
    bool computes;             // false: there is no playground
    std::string host = {};     // host name or address given with --host
    std::string address = {};  // "http://127.0.0.1:6006/", for refusals
  };
  /// The references in `page` outlive this.
  explicit PageRoutes(Page page) : page_(std::move(page)) {}
  void set_address(const std::string& address) { page_.address = address; }

  HttpResponse answer(const HttpRequest& request) const override;
  bool takes_long(const HttpRequest& request) const override;

 private:
  Page page_;
};

}  // namespace gradzoo
