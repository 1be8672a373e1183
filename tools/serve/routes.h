#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "explain/explain_expression.h"
#include "tools/serve/lab_runner.h"
#include "tools/serve/runs_folder.h"

namespace httplib {
class Server;
}

namespace gradzoo {

/// What a page has computed: functions (see ExpressionPages) and labs (see LabRunner). Called by many
/// threads.
class Workshop {
 public:
  virtual ~Workshop() = default;
  virtual nlohmann::json explain(const ExpressionRequest& request) = 0;
  virtual std::string explained(int64_t id) = 0;
  virtual nlohmann::json labs() = 0;  // {"labs", "started"}
  virtual int64_t start_lab(const LabRequest& request) = 0;
  virtual void stop_lab(int64_t number) = 0;
  virtual std::string lab_report(int64_t number) = 0;
};

/// What the live page answers to which request. Whatever is asked, it answers: what is wrong by {"error"},
/// one sentence with a hint, and a status from 400 on.
class PageRoutes {
 public:
  /// Without `computes` nothing may be posted. `runs` and `workshop` outlive this.
  PageRoutes(const RunsFolder& runs, Workshop& workshop, bool computes)
      : runs_(runs), workshop_(workshop), computes_(computes) {}
  /// "http://127.0.0.1:6006/", which refusals name.
  void set_address(const std::string& address) { address_ = address; }
  /// Has the server answer so; this outlives it.
  void add_to(httplib::Server& server) const;

 private:
  void add_page(httplib::Server& server) const;
  void add_runs(httplib::Server& server) const;
  void add_explain(httplib::Server& server) const;
  void add_labs(httplib::Server& server) const;

  const RunsFolder& runs_;
  Workshop& workshop_;
  bool computes_;
  std::string address_;
};

}  // namespace gradzoo
