#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/explain/explain_expression.h"
#include "tools/serve/http_message.h"
#include "tools/serve/lab_runner.h"
#include "tools/serve/runs_folder.h"

namespace gradzoo {

/// The computations for a page: functions (see ExpressionPages) and labs (see LabRunner). Thread-safe.
class Computations {
 public:
  virtual ~Computations() = default;
  virtual nlohmann::json explain(const ExpressionRequest& request) = 0;
  virtual std::string explained(int64_t id) = 0;
  virtual nlohmann::json labs() = 0;  // {"labs", "started"}
  virtual int64_t start_lab(const LabRequest& request) = 0;
  virtual void stop_lab(int64_t number) = 0;
  virtual std::string lab_report(int64_t number) = 0;
};

/// The routes of the live page: which answer belongs to which request. Every request gets an answer; a wrong
/// one gets {"error"}, one sentence with a hint, and a status of 400 or more.
class PageRoutes : public HttpHandler {
 public:
  /// The sources of the answers.
  struct Page {
    const RunsFolder& runs;
    Computations& computations;
    bool computes;             // false: posted requests are refused
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
