#include "nn/parallel/processes.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace gradzoo {
namespace {

/// What each process says before a collective call.
struct Intent {
  int32_t call;
  int32_t flag;
};

Processes* all = nullptr;

}  // namespace

const char* Processes::word_of(Call call) {
  switch (call) {
    case Call::fail:
      return "a failure";
    case Call::finish:
      return "the end";
    case Call::gather:
      return "a gathering";
    case Call::gather_text:
      return "a comparison";
    case Call::exchange:
      return "an exchange";
    case Call::broadcast:
      return "a broadcast";
    case Call::any:
      return "a question";
  }
  return "";
}

std::string Processes::name() const {
  const std::string where = place();
  return fmt::format("process {} of {}{}", rank(), count(), where.empty() ? "" : " on " + where);
}

// All say which call they have come to; returns whether any has the flag.
bool Processes::agree(Call call, bool flag) {
  if (is_alone()) return flag;
  if (failed_) throw RemoteFailure("the processes have parted. Hint: their first failure says why");
  const auto count = static_cast<size_t>(this->count());
  calls_.resize(count * sizeof(Intent));
  call_sizes_.assign(count, sizeof(Intent));
  const Intent mine{static_cast<int32_t>(call), flag};
  do_all_gather(std::as_bytes(std::span(&mine, 1)), call_sizes_, calls_);
  bool any = false, failed = false, same = true;
  int32_t other = mine.call;
  for (size_t i = 0; i < count; ++i) {
    Intent theirs{};
    std::memcpy(&theirs, calls_.data() + i * sizeof(Intent), sizeof(Intent));
    any |= theirs.flag != 0;
    failed |= theirs.call == static_cast<int32_t>(Call::fail);
    if (theirs.call != mine.call) {
      same = false;
      other = theirs.call;
    }
  }
  failed_ = failed || !same;
  if (failed && call != Call::fail) throw_failure();
  if (!same && !failed)
    throw Error("{} has come to {}, and another to {}. Hint: all are to run the same program", name(),
                word_of(call), word_of(static_cast<Call>(other)));
  return any;
}

std::vector<std::string> Processes::texts_of_all(std::string_view mine) {
  const auto count = static_cast<size_t>(this->count());
  const uint64_t size = mine.size();
  std::vector<uint64_t> sizes(count);
  do_all_gather(std::as_bytes(std::span(&size, 1)), std::vector<size_t>(count, sizeof(uint64_t)),
                std::as_writable_bytes(std::span(sizes)));
  std::vector<size_t> lengths(sizes.begin(), sizes.end());
  size_t total = 0;
  for (const size_t length : lengths) total += length;
  std::string together(total, ' ');
  do_all_gather(std::as_bytes(std::span(mine)), lengths, std::as_writable_bytes(std::span(together)));
  std::vector<std::string> texts;
  size_t at = 0;
  for (const size_t length : lengths) {
    texts.push_back(together.substr(at, length));
    at += length;
  }
  return texts;
}

// The failure of the lowest rank, as all hear it.
void Processes::throw_failure() {
  for (const std::string& theirs : texts_of_all("")) {
    if (!theirs.empty()) throw RemoteFailure(theirs);
  }
  throw RemoteFailure("another process failed");
}

std::string Processes::fail(const std::string& why) {
  if (!failed_ && !is_alone()) {
    agree(Call::fail, true);
    texts_of_all(is_first() ? why : name() + ": " + why);
  }
  return is_first() ? why : "";
}

void Processes::all_gather(std::span<const std::byte> mine, std::span<const size_t> sizes,
                           std::span<std::byte> all) {
  agree(Call::gather, false);
  do_all_gather(mine, sizes, all);
}

std::vector<std::string> Processes::all_gather(std::string_view mine) {
  agree(Call::gather_text, false);
  return texts_of_all(mine);
}

void Processes::all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                           std::span<std::byte> in, std::span<const size_t> in_sizes) {
  agree(Call::exchange, false);
  do_all_to_all(out, out_sizes, in, in_sizes);
}

void Processes::broadcast(std::span<std::byte> bytes) {
  agree(Call::broadcast, false);
  do_broadcast(bytes);
}

bool Processes::any(bool mine) { return agree(Call::any, mine); }

void AloneProcess::do_all_gather(std::span<const std::byte> mine, std::span<const size_t>,
                                 std::span<std::byte> all) {
  std::ranges::copy(mine, all.begin());
}

void AloneProcess::do_all_to_all(std::span<const std::byte> out, std::span<const size_t>,
                                 std::span<std::byte> in, std::span<const size_t>) {
  std::ranges::copy(out, in.begin());
}

Processes& this_process() {
  static AloneProcess alone;
  return alone;
}

Processes& all_processes() { return all == nullptr ? this_process() : *all; }

ProcessesScope::ProcessesScope(Processes& processes) : before_(std::exchange(all, &processes)) {}

ProcessesScope::~ProcessesScope() { all = before_; }

}  // namespace gradzoo
