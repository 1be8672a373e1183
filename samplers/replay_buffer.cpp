#include "gradzoo/samplers/replay_buffer.h"

#include <algorithm>
#include <utility>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"

namespace gradzoo {
namespace {

void check_count(int64_t count) {
  if (count < 1) throw Error("replay buffer: {} chains. Hint: use 1 or more", count);
}

}  // namespace

ReplayBuffer::ReplayBuffer(int64_t count, double fresh, Start start, Rng& rng)
    : ReplayBuffer((check_count(count), start(count, rng).clone()), fresh) {}

ReplayBuffer::ReplayBuffer(Tensor chains, double fresh) : chains_(std::move(chains)), fresh_(fresh) {
  check_count(count());
  if (!(fresh >= 0 && fresh <= 1))
    throw Error("replay buffer: fresh = {} is not a share. Hint: use a number from 0 to 1", fresh);
}

ReplayBuffer::Drawn ReplayBuffer::draw(int64_t n, Start start, Rng& rng) const {
  if (n < 1 || n > count()) {
    throw Error(
        "replay buffer: a batch of {} chains from a buffer of {}. Hint: use at least as many chains as the "
        "batch has",
        n, count());
  }
  const NoGrad quiet;
  const Tensor rows = randperm(count(), rng).rows(0, n).clone();
  const Tensor anew = bernoulli(full({n, 1}, fresh_, chains_.dtype()), rng);
  const Tensor kept = index_select(chains_, 0, rows);
  return {where(cast(anew, DType::u8), start(n, rng), kept), rows};
}

void ReplayBuffer::put_back(const Tensor& rows, const Tensor& x) {
  const int64_t n = rows.dim(0), d = chains_.dim(1);
  if (x.shape() != Shape{n, d} || x.dtype() != chains_.dtype())
    throw Error(
        "replay buffer: chains {} of {} for {} rows of {} of {}. Hint: pass them as draw() returned them",
        x.shape().str(), dtype_name(x.dtype()), n, chains_.shape().str(), dtype_name(chains_.dtype()));
  const int64_t* row = rows.data<int64_t>();
  if (!std::all_of(row, row + n, [&](int64_t r) { return r >= 0 && r < count(); }))
    throw Error("replay buffer: a row is not one of {} chains. Hint: pass rows from draw()", count());
  visit_floating(chains_.dtype(), [&]<class T>() {
    const T* from = x.data<T>();
    T* to = chains_.mutable_data<T>();
    for (int64_t i = 0; i < n; ++i) std::copy_n(from + i * d, d, to + row[i] * d);
  });
}

}  // namespace gradzoo
