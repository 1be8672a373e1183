#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/explain/explain_expression.h"
#include "tools/serve/http_message.h"
#include "tools/serve/lab_runner.h"
#include "tools/serve/runs_folder.h"

namespace gradzoo {

/// What is computed for a page: functions (see ExpressionPages) and labs (see LabRunner). Called by many
/// threads.
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

/// What the live page answers to which request. Whatever is asked, it answers: what is wrong by {"error"},
/// one sentence with a hint, and a status from 400 on.
class PageRoutes : public HttpHandler {
 public:
  /// What the answers are made of.
  struct Page {
    const RunsFolder& runs;
    Computations& computations;
    bool computes;             // or refuses whatever is posted
    std::string host = {};     // of the server, by which it may be asked for
    std::string address = {};  // "http://127.0.0.1:6006/", which refusals name
  };
  /// What `page` refers to outlives this.
  explicit PageRoutes(Page page) : page_(std::move(page)) {}
  void set_address(const std::string& address) { page_.address = address; }

  HttpResponse answer(const HttpRequest& request) const override;
  bool takes_long(const HttpRequest& request) const override;

 private:
  Page page_;
};

}  // namespace gradzoo
