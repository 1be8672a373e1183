#include <csignal>
#include <cstdio>
#include <thread>

#include <fmt/format.h>
#include <pthread.h>

#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/program.h"
#include "tools/serve/engine_processes.h"
#include "tools/serve/server.h"

namespace gradzoo {

namespace {

int run(const Arguments& arguments) {
  ServeOptions options;
  bool engine = false;
  CommandLine line("serve",
                   "Serves a live page: a folder's runs with curves and samples, and the playground.",
                   {{"gradzoo serve", "the runs below runs/, at http://127.0.0.1:6006/"},
                    {"gradzoo serve experiments --port 7000", "another folder, at another port"}});
  line.positional("DIR", options.folder, "folder of runs (default: runs)", false);
  line.option("--port", "N", options.port, "port of the page; 0 for any free port (default: 6006)", 0, 65535);
  line.option("--host", "ADDRESS", options.host,
              "address of this machine for access from other machines; the page then shows only runs "
              "(default: 127.0.0.1, this machine)");
  line.flag("--engine", engine, "answers requests of the playground on standard input instead, a line each");
  if (!line.read(arguments)) return 0;
  if (engine) return answer_lines(), 0;
  // A signal ends the engines, and the process: there is nothing to be kept. Blocked before there are
  // threads.
  sigset_t ends;
  sigemptyset(&ends);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ends, signal);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  PageServer server(options);
  std::thread([&server, ends] {
    int signal = 0;
    ::sigwait(&ends, &signal);
    server.stop();
    std::_Exit(0);
  }).detach();
  fmt::print("{}\nshows the runs in {}; Ctrl-C ends it\n", server.address(), printable(options.folder));
  std::fflush(stdout);
  server.listen();
  return 0;
}

}  // namespace
}  // namespace gradzoo

int main(int, char** argv) {
  return gradzoo::run_program(
      argv, {"serve", "serve a live page: runs as they train, and the playground", gradzoo::run});
}
