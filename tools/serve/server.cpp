#include "tools/serve/server.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/serve/expression_page.h"
#include "tools/serve/http_message.h"
#include "tools/serve/http_server.h"
#include "tools/serve/lab_runner.h"
#include "tools/serve/routes.h"
#include "tools/serve/runs_folder.h"

namespace gradzoo {

using Json = nlohmann::json;

struct PageServer::Parts : Computations {
  explicit Parts(const ServeOptions& options)
      : runs(options.folder),
        lab_runner(options.folder),
        routes({.runs = runs,
                .computations = *this,
                .computes = is_loopback(options.host),
                .host = options.host}),
        server({.host = options.host, .port = options.port}, routes) {}

  Json explain(const ExpressionRequest& request) override { return pages.explain(request); }
  std::string explained(int64_t id) override { return pages.page(id); }
  Json labs() override {
    return {{"labs", nlohmann::json::parse(labs_json())}, {"started", lab_runner.started()}};
  }
  int64_t start_lab(const LabRequest& request) override { return lab_runner.start(request); }
  void stop_lab(int64_t number) override { lab_runner.stop(number); }
  std::string lab_report(int64_t number) override { return lab_runner.report(number); }

  std::string address;
  RunsFolder runs;
  ExpressionPages pages;
  LabRunner lab_runner;
  PageRoutes routes;
  HttpServer server;
};

PageServer::PageServer(const ServeOptions& options) : parts_(std::make_unique<Parts>(options)) {
  const bool plain = options.host.find(':') == std::string::npos;
  parts_->address =
      fmt::format("http://{}:{}/", plain ? options.host : "[" + options.host + "]", parts_->server.port());
  parts_->routes.set_address(parts_->address);
}

PageServer::~PageServer() = default;

std::string PageServer::address() const { return parts_->address; }

void PageServer::listen() { parts_->server.listen(); }

void PageServer::stop() {
  parts_->lab_runner.end();
  parts_->server.stop();
}

}  // namespace gradzoo
