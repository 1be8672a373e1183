#include "gradzoo/nn/parallel/processes.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace gradzoo {
namespace {

// By Call.
constexpr const char* kWords[] = {"a failure",    "the end",     "a gathering",
                                  "a comparison", "an exchange", "a question"};

Processes* all = nullptr;

// One for each process, which make up all the bytes.
void check_sizes(std::span<const size_t> sizes, int64_t count, size_t bytes) {
  if (std::ssize(sizes) != count || std::accumulate(sizes.begin(), sizes.end(), size_t{0}) != bytes)
    throw Error("{} sizes for {} processes and {} bytes. Hint: pass one size per process, {} bytes together",
                sizes.size(), count, bytes, bytes);
}

}  // namespace

std::string Processes::name() const {
  const std::string where = place();
  return fmt::format("process {} of {}{}", rank(), count(), where.empty() ? "" : " on " + where);
}

// All say which call they have come to; returns whether any has the flag.
bool Processes::agree(Call call, bool flag) {
  if (is_alone()) return flag;
  if (failed_) throw RemoteFailure("the processes have separated. Hint: look at their first failure");
  bool any = false, failed = false;
  Call other = call;
  for (const Intent& theirs : values_of_all(Intent{call, flag})) {
    any |= theirs.flag != 0;
    failed |= theirs.call == Call::fail;
    if (theirs.call != call) other = theirs.call;
  }
  failed_ = failed || other != call;
  if (failed && call != Call::fail) {  // the failure of the lowest rank, as all hear it
    for (const std::string& theirs : texts_of_all(""))
      if (!theirs.empty()) throw RemoteFailure(theirs);
    throw RemoteFailure("another process failed");
  }
  if (failed_ && !failed)
    throw Error("{} has reached {}, and another process {}. Hint: run the same program in all processes",
                name(), kWords[static_cast<int>(call)], kWords[static_cast<int>(other)]);
  return any;
}

std::vector<std::string> Processes::texts_of_all(std::string_view mine) {
  const std::vector<size_t> sizes = values_of_all(mine.size());
  std::vector<std::string> texts;
  size_t total = 0;
  for (const size_t size : sizes) total += size;
  std::string whole(total, ' ');
  do_all_gather(std::as_bytes(std::span(mine)), sizes, std::as_writable_bytes(std::span(whole)));
  for (size_t begin = 0; const size_t size : sizes) {
    texts.push_back(whole.substr(begin, size));
    begin += size;
  }
  return texts;
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
  check_sizes(sizes, count(), all.size());
  if (sizes[static_cast<size_t>(rank())] != mine.size())
    throw Error("{} gathers {} bytes of {}. Hint: pass the sizes by rank", name(), mine.size(),
                sizes[static_cast<size_t>(rank())]);
  agree(Call::gather, false);
  do_all_gather(mine, sizes, all);
}

std::vector<std::string> Processes::all_gather(std::string_view mine) {
  agree(Call::gather_text, false);
  return texts_of_all(mine);
}

void Processes::all_to_all(std::span<const std::byte> out, std::span<const size_t> out_sizes,
                           std::span<std::byte> in, std::span<const size_t> in_sizes) {
  check_sizes(out_sizes, count(), out.size());
  check_sizes(in_sizes, count(), in.size());
  agree(Call::exchange, false);
  do_all_to_all(out, out_sizes, in, in_sizes);
}

void Processes::do_all_gather(std::span<const std::byte> mine, std::span<const size_t>,
                              std::span<std::byte> all) {
  std::ranges::copy(mine, all.begin());
}

void Processes::do_all_to_all(std::span<const std::byte> out, std::span<const size_t>,
                              std::span<std::byte> in, std::span<const size_t>) {
  std::ranges::copy(out, in.begin());
}

Processes& this_process() {
  static Processes alone;
  return alone;
}

Processes& all_processes() { return all == nullptr ? this_process() : *all; }

ProcessesScope::ProcessesScope(Processes& processes) : before_(std::exchange(all, &processes)) {}

ProcessesScope::~ProcessesScope() { all = before_; }

}  // namespace gradzoo
