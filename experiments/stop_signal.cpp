#include "experiments/stop_signal.h"

#include <csignal>

#include <signal.h>

namespace gradzoo {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

void remember(int) { stop_requested = 1; }

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

bool is_ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

StopSignal::StopSignal() {
  stop_requested = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  for (const int number : kSignals)
    if (!is_ignored(number)) ::sigaction(number, &action, nullptr);
}

StopSignal::~StopSignal() {
  for (const int number : kSignals)
    if (!is_ignored(number)) ::signal(number, SIG_DFL);
}

bool StopSignal::requested() const { return stop_requested != 0; }

void StopSignal::request() const { stop_requested = 1; }

}  // namespace gradzoo
