#include "experiments/stop_signal.h"

#include <csignal>
#include <iterator>

#include <signal.h>

namespace gradzoo {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

void remember(int) { stop_requested = 1; }

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// The handlers that the process had set: Python, for example, has its own.
struct sigaction before[std::size(kSignals)];

}  // namespace

StopSignal::StopSignal() {
  stop_requested = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i], nullptr, &before[i]);
    if (before[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
  }
}

StopSignal::~StopSignal() {
  for (size_t i = 0; i < std::size(kSignals); ++i) ::sigaction(kSignals[i], &before[i], nullptr);
}

bool StopSignal::requested() const { return stop_requested != 0; }

void StopSignal::request() const { stop_requested = 1; }

}  // namespace gradzoo
