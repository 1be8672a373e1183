#include "gradzoo/state/state.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

#include <fmt/format.h>

#include "gradzoo/autograd/runtime.h"

namespace gradzoo {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

using RngRecord = std::array<int64_t, 3>;  // seed, key, draw

// No run comes so far, and doubles count as far: from here on counters can go on without overflow.
constexpr int64_t kLargestCount = int64_t{1} << 53;

RngRecord record_of(const Rng& rng) {
  return {std::bit_cast<int64_t>(rng.seed()), std::bit_cast<int64_t>(rng.key()),
          std::bit_cast<int64_t>(rng.draw())};
}

RngRecord read_record(const std::byte* bytes) {
  RngRecord record;
  std::memcpy(record.data(), bytes, sizeof(record));
  return record;
}

const void* values_of(const Tensor& tensor) {
  return visit_any(tensor.dtype(), [&]<class T>() { return static_cast<const void*>(tensor.data<T>()); });
}

void append_text(std::vector<std::byte>& out, const std::string& text) {
  const auto view = std::as_bytes(std::span(text));
  out.insert(out.end(), view.begin(), view.end());
  out.push_back(std::byte{0});
}

}  // namespace

DType State::Entry::dtype() const {
  return std::visit(
      Overloaded{[](const Tensor& t) { return t.dtype(); }, [](const double*) { return DType::f64; },
                 [](const auto*) { return DType::i64; }},
      target);
}

Shape State::Entry::shape() const {
  return std::visit(Overloaded{[](const Tensor& t) { return t.shape(); }, [](const Rng*) { return Shape{3}; },
                               [](const auto*) { return Shape{}; }},
                    target);
}

size_t State::Entry::size_bytes() const { return static_cast<size_t>(shape().size()) * dtype_bytes(dtype()); }

void State::Entry::check_size(size_t size) const {
  if (size != size_bytes())
    throw Error("State: {} bytes for '{}', which has {}. Hint: take them from an entry of the same shape",
                size, name, size_bytes());
}

void State::Entry::copy_to(std::span<std::byte> bytes) const {
  check_size(bytes.size());
  std::byte* const out = bytes.data();
  std::visit(Overloaded{[&](const Tensor& t) {
                          const auto* from = static_cast<const std::byte*>(values_of(t));
                          constexpr int64_t kSerial = 32768, kCacheLine = 64;  // bytes
                          parallel_for(static_cast<int64_t>(size_bytes()), kSerial, kCacheLine,
                                       [=](int64_t begin, int64_t end) {
                                         std::memcpy(out + begin, from + begin,
                                                     static_cast<size_t>(end - begin));
                                       });
                        },
                        [&](const Rng* rng) {
                          const RngRecord record = record_of(*rng);
                          std::memcpy(out, record.data(), sizeof(record));
                        },
                        [&](const auto* number) { std::memcpy(out, number, sizeof(*number)); }},
             target);
}

std::vector<std::byte> State::Entry::bytes() const {
  std::vector<std::byte> out(size_bytes());
  copy_to(out);
  return out;
}

std::string State::Entry::refusal(std::span<const std::byte> all) const {
  if (all.size() != size_bytes())
    return fmt::format("'{}' has {} bytes, and {} in the file. Hint: the file is damaged", name, size_bytes(),
                       all.size());
  const std::byte* const bytes = all.data();
  if (std::holds_alternative<int64_t*>(target)) {
    int64_t count = 0;
    std::memcpy(&count, bytes, sizeof(count));
    if (count < 0 || count > kLargestCount)
      return fmt::format("'{}' counts {}. Hint: the file is damaged", name, count);
  }
  Rng* const* rng = std::get_if<Rng*>(&target);
  if (!rng) return "";
  const auto [seed, key, draw] = read_record(bytes);
  if (draw < 0 || draw > kLargestCount)
    return fmt::format("'{}' is at draw {}. Hint: the file is damaged", name, std::bit_cast<uint64_t>(draw));
  const uint64_t stored_seed = std::bit_cast<uint64_t>(seed);
  if (stored_seed != (*rng)->seed()) {
    return fmt::format("'{}' was drawn with seed {}, not {}. Hint: continue with --seed {}", name,
                       stored_seed, (*rng)->seed(), stored_seed);
  }
  if (std::bit_cast<uint64_t>(key) != (*rng)->key()) {
    return fmt::format("'{}' belongs to another stream than '{}'. Hint: use the gradzoo that wrote it", name,
                       (*rng)->stream());
  }
  return "";
}

void State::Entry::restore(std::span<const std::byte> all) const {
  check_size(all.size());
  const std::byte* const bytes = all.data();
  std::visit(Overloaded{[&](Tensor tensor) {
                          visit_any(tensor.dtype(), [&]<class T>() {
                            T* values = tensor.mutable_data<T>();
                            if (tensor.size() > 0) std::memcpy(values, bytes, size_bytes());
                          });
                        },
                        [&](Rng* rng) { rng->set_draw(std::bit_cast<uint64_t>(read_record(bytes)[2])); },
                        [&](auto* number) { std::memcpy(number, bytes, sizeof(*number)); }},
             target);
}

void State::add(std::string name, const Tensor& tensor) {
  if (!tensor.defined() || (!tensor.is_leaf() && tensor.requires_grad()))
    throw Error("State: '{}' is {}. Hint: add a tensor that changes in place", name,
                tensor.defined() ? "a recorded result" : "undefined");
  add({std::move(name), tensor});
}

void State::add(std::string name, int64_t& value) { add({std::move(name), &value}); }

void State::add(std::string name, double& value) { add({std::move(name), &value}); }

void State::add(std::string name, Rng& rng) { add({std::move(name), &rng}); }

void State::add_rows(std::string name, const Tensor& tensor) {
  add(std::move(name), tensor);
  entries_.back().by_rows = true;
}

void State::add_optional(std::string name, const Tensor& tensor) {
  add(std::move(name), tensor);
  entries_.back().optional = true;
}

void State::add(Entry entry) {
  if (entry.name.empty() || entry.name == "__metadata__")
    throw Error("State: '{}' cannot name an entry. Hint: choose another name", entry.name);
  if (find(entry.name))
    throw Error("State: '{}' is added twice. Hint: add its owner's name as a prefix", entry.name);
  entries_.push_back(std::move(entry));
}

const State::Entry* State::find(std::string_view name) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

std::vector<std::byte> State::bytes() const {
  std::vector<std::byte> out;
  for (const Entry& entry : entries_) {
    append_text(out, entry.name);
    append_text(out, std::string(dtype_name(entry.dtype())) + entry.shape().str());
    const std::vector<std::byte> values = entry.bytes();
    out.insert(out.end(), values.begin(), values.end());
  }
  return out;
}

StateCopy::StateCopy(State state) : state_(std::move(state)) {
  size_t size = 0;
  for (const State::Entry& entry : state_.entries()) size += entry.size_bytes();
  bytes_.resize(size);
}

void StateCopy::take() {
  size_t at = 0;
  for (const State::Entry& entry : state_.entries()) {
    entry.copy_to(std::span(bytes_).subspan(at, entry.size_bytes()));
    at += entry.size_bytes();
  }
}

void StateCopy::restore() const {
  size_t at = 0;
  for (const State::Entry& entry : state_.entries()) {
    entry.restore(std::span(bytes_).subspan(at, entry.size_bytes()));
    at += entry.size_bytes();
  }
}

std::string StateCopy::first_difference(const StateCopy& other) const {
  if (bytes_.size() != other.bytes_.size())
    throw Error("StateCopy: {} bytes and {} bytes. Hint: compare copies of one State", bytes_.size(),
                other.bytes_.size());
  size_t at = 0;
  for (const State::Entry& entry : state_.entries()) {
    const size_t size = entry.size_bytes();
    if (std::memcmp(bytes_.data() + at, other.bytes_.data() + at, size) != 0) return entry.name;
    at += size;
  }
  return "";
}

}  // namespace gradzoo
