#include "tools/serve/server.h"

#include <utility>

#include <fmt/format.h>
#include <httplib.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "base/error.h"
#include "base/text.h"
#include "tools/serve/expression_page.h"
#include "tools/serve/host_name.h"
#include "tools/serve/lab_runner.h"
#include "tools/serve/routes.h"
#include "tools/serve/runs_folder.h"

namespace gradzoo {
namespace {

using Json = nlohmann::json;

constexpr size_t kThreads = 256, kMostBody = 16384;
constexpr time_t kSilence = 3;  // seconds without a byte, after which a connection is given up

// Of a thousand that ask at once each has a file.
void allow_many_connections() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

struct PageServer::Parts : Workshop {
  explicit Parts(const ServeOptions& options)
      : runs(options.folder), lab_runner(options.folder), routes(runs, *this, is_loopback(options.host)) {}

  Json explain(const ExpressionRequest& request) override { return pages.explain(request); }
  std::string explained(int64_t id) override { return pages.page(id); }
  Json labs() override { return {{"labs", lab_list()}, {"started", lab_runner.started()}}; }
  int64_t start_lab(const LabRequest& request) override { return lab_runner.start(request); }
  void stop_lab(int64_t number) override { lab_runner.stop(number); }
  std::string lab_report(int64_t number) override { return lab_runner.report(number); }

  std::string address;
  RunsFolder runs;
  ExpressionPages pages;
  LabRunner lab_runner;
  PageRoutes routes;
  httplib::Server server;
};

PageServer::PageServer(const ServeOptions& options) : parts_(std::make_unique<Parts>(options)) {
  allow_many_connections();
  httplib::Server& server = parts_->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_payload_max_length(kMostBody);
  server.set_read_timeout(kSilence);
  server.set_write_timeout(kSilence);
  server.set_keep_alive_timeout(kSilence);
  // Two servers must not share a port, as the library's own options would allow.
  socket_t listening = INVALID_SOCKET;
  server.set_socket_options([&listening](socket_t socket) {
    const int yes = 1;
    listening = socket;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  parts_->routes.add_to(server);
  const bool any = options.port == 0;
  const int port = any ? server.bind_to_any_port(options.host) : static_cast<int>(options.port);
  if (port < 0 || (!any && !server.bind_to_port(options.host, port)))
    throw Error("serve: cannot listen at {}, port {}. Hint: is it taken? --port 0 takes one that is free",
                printable(options.host), options.port);
  const std::string& host = options.host;
  parts_->address =
      fmt::format("http://{}:{}/", host.find(':') == std::string::npos ? host : "[" + host + "]", port);
  parts_->routes.set_address(parts_->address);
  ::listen(listening, SOMAXCONN);  // the library lets five wait
  server.set_socket_options([](socket_t) {});
}

PageServer::~PageServer() = default;

std::string PageServer::address() const { return parts_->address; }

void PageServer::listen() { parts_->server.listen_after_bind(); }

void PageServer::stop() {
  parts_->lab_runner.end();
  parts_->server.stop();
}

}  // namespace gradzoo
