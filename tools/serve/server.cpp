#include "tools/serve/server.h"

#include <fmt/format.h>

#include "tools/serve/engine_processes.h"
#include "tools/serve/http_message.h"
#include "tools/serve/http_server.h"
#include "tools/serve/routes.h"
#include "tools/serve/runs_folder.h"

namespace gradzoo {

struct PageServer::Parts {
  explicit Parts(const ServeOptions& options)
      : runs(options.folder),
        routes(
            {.runs = runs, .engines = engines, .computes = is_loopback(options.host), .host = options.host}),
        server({.host = options.host, .port = options.port}, routes) {}

  std::string address;
  RunsFolder runs;
  EngineProcesses engines;
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
  parts_->engines.end();
  parts_->server.stop();
}

}  // namespace gradzoo
