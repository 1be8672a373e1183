#include "gradzoo/nn/learn/parameters.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include <doctest/doctest.h>

#include "gradzoo/nn/learn/optim.h"
#include "nn/toy_modules.h"
#include "support/error_message.h"
#include "support/short_names.h"

namespace gradzoo {
using namespace test;
namespace {

template <class T>
bool aligned(const Tensor& t) {
  return reinterpret_cast<uintptr_t>(t.data<T>()) % 64 == 0;
}

// What lies between the slices of a flat tensor.
double padding_sum(const Parameters& parameters, const Tensor& flat) {
  Doubles values = flat.to_vector();
  for (const auto& slice : parameters.slices()) {
    std::fill_n(values.begin() + slice.offset, slice.tensor.size(), 0.0);
  }
  double sum = 0;
  for (double v : values) sum += std::abs(v);
  return sum;
}

}  // namespace

TEST_CASE("parameters move into one flat tensor, and handles to them follow") {
  Pair pair;
  const Tensor handle = pair.a.w;
  Parameters parameters(pair);
  CHECK(parameters.count() == 20);
  CHECK(pair.a.w.to_vector() == Doubles{1, -2, 3});
  parameters.flat().mutable_data<double>()[1] = 7;
  CHECK(handle.to_vector() == Doubles{1, 7, 3});
  CHECK(handle.is_leaf());
}

TEST_CASE("slices of values and gradients begin on 64 bytes in f32 and f64") {
  for (DType dtype : {DType::f32, DType::f64}) {
    Pair pair(dtype);
    Parameters parameters(pair);
    give_gradient(pair.a.w, {1, 1, 1});
    give_gradient(pair.b.w, Doubles(17, 1.0));
    for (const auto& slice : parameters.slices()) {
      visit_floating(dtype, [&]<class T>() {
        CHECK(aligned<T>(slice.tensor));
        CHECK(aligned<T>(slice.tensor.grad()));
        CHECK(slice.tensor.data<T>() == parameters.flat().data<T>() + slice.offset);
        CHECK(slice.tensor.grad().data<T>() == parameters.flat_grad().data<T>() + slice.offset);
      });
    }
  }
}

TEST_CASE("backward writes into the flat gradient: the first stores, the next adds, zero_grad stores again") {
  Pair pair;
  Parameters parameters(pair);
  give_gradient(pair.a.w, {1, 2, 3});
  give_gradient(pair.a.w, {1, 1, 1});
  CHECK(parameters.flat_grad().rows(0, 3).to_vector() == Doubles{2, 3, 4});
  parameters.zero_grad();
  give_gradient(pair.a.w, {5, 6, 7});
  CHECK(parameters.flat_grad().rows(0, 3).to_vector() == Doubles{5, 6, 7});
}

TEST_CASE("a parameter that no loss reached has gradient zero, whatever an earlier step left") {
  Pair pair;
  Parameters parameters(pair);
  give_gradient(pair.a.w, {1, 2, 3});
  give_gradient(pair.b.w, Doubles(17, 4.0));
  parameters.zero_grad();
  give_gradient(pair.a.w, {1, 1, 1});
  Sgd(parameters).step(1.0);
  CHECK(pair.a.w.to_vector() == Doubles{0, -3, 2});
  CHECK(pair.b.w.to_vector() == Doubles(17, 0.5));
}

TEST_CASE("the padding between slices stays zero through training") {
  for (DType dtype : {DType::f32, DType::f64}) {
    Pair pair(dtype);
    Parameters parameters(pair);
    Adam adam(parameters, {.weight_decay = 0.1});
    Sgd sgd(parameters, {.momentum = 0.9, .nesterov = true});
    for (int step = 0; step < 3; ++step) {
      give_gradient(pair.a.w, {1, -2, 3});
      give_gradient(pair.b.w, Doubles(17, -1.0));
      adam.step(0.1);
      sgd.step(0.1);
      parameters.zero_grad();
    }
    CHECK(padding_sum(parameters, parameters.flat()) == 0.0);
    CHECK(padding_sum(parameters, parameters.flat_grad()) == 0.0);
  }
}

TEST_CASE("several modules share one flat tensor under their prefixes") {
  const Vector encoder({1, 2}), decoder({3});
  const Parameters parameters{{"encoder", encoder}, {"decoder", decoder}};
  REQUIRE(parameters.slices().size() == 2);
  CHECK(parameters.slices()[0].name == "encoder.w");
  CHECK(parameters.slices()[1].name == "decoder.w");
  CHECK(parameters.slices()[1].offset == 8);
  CHECK(decoder.w.name() == "decoder.w");
}

TEST_CASE("a tied parameter counts once") {
  struct Tied : Module {
    Vector a{{1, 2}};
    Tied() {
      register_module("a", a);
      register_parameter("again", a.w);
    }
  };
  const Tied tied;
  const Parameters parameters(tied);
  REQUIRE(parameters.slices().size() == 1);
  CHECK(parameters.slices()[0].name == "again");
}

TEST_CASE("parameters are refused where nothing, a mixture, or another owner is found") {
  struct Empty : Module {};
  check_refused("no parameters", [] { Parameters p((Empty())); });

  const Vector f32({1}, DType::f32), f64({1});
  CHECK(error_message([&] {
          Parameters p{{"a", f32}, {"b", f64}};
        }) == "Parameters: 'a.w' is f32 but 'b.w' is f64. Hint: build all layers with one dtype");

  const Vector owned({1});
  const Parameters first(owned);
  check_refused("shares its values", [&] { Parameters second(owned); });
}

TEST_CASE("a leaf moves into another tensor only where it fits and nobody looks on") {
  const Tensor flat = zeros({4}, DType::f64);
  Tensor w = tensor({1, 2, 3}, {3}, DType::f64).requires_grad_();
  check_refused("does not fit", [&] { w.move_into(flat, 2); });
  check_refused("does not fit", [&] { w.move_into(flat, -1); });
  check_refused("f32", [&] { w.move_into(zeros({4}), 0); });
  {
    const Tape tape;
    const Tensor y = square(w);
    check_refused("live tape", [&] { w.move_into(flat, 0); });
  }
  {
    const Tensor alias = w.detach();
    check_refused("shares its values", [&] { w.move_into(flat, 0); });
  }
  w.move_into(flat, 1);
  CHECK(flat.to_vector() == Doubles{0, 1, 2, 3});
  w.mutable_data<double>()[0] = 9;
  CHECK(flat.to_vector() == Doubles{0, 9, 2, 3});
}

TEST_CASE("parameters that want no gradient get none, until they want it again") {
  Pair pair;
  Parameters parameters(pair);
  parameters.requires_grad_(false);
  {
    const Tape tape;
    CHECK_FALSE(square(pair.a.w).requires_grad());
  }
  parameters.requires_grad_(true);
  give_gradient(pair.a.w, {1, 2, 3});
  CHECK(parameters.flat_grad().rows(0, 3).to_vector() == Doubles{1, 2, 3});
}

TEST_CASE("parameters are entered by name and restored in place") {
  Pair pair;
  Parameters parameters(pair);
  State state;
  parameters.add_to(state);
  const std::vector<std::byte> before = state.bytes();
  std::fill_n(parameters.flat().mutable_data<double>(), 3, 9.0);
  CHECK(state.bytes() != before);
  const Doubles values = {4, 5, 6};
  state.find("a.w")->restore(std::as_bytes(std::span(values)));
  CHECK(pair.a.w.to_vector() == values);
  CHECK(state.find("b.w")->shape() == Shape{17});
}

TEST_CASE("records are taken and put back one for each parameter") {
  Pair pair;
  Parameters parameters(pair);
  for (const size_t count : {0, 1, 3}) {
    std::vector<Record> records(count);
    check_refused("records for 2 parameters", [&] { parameters.take_records(records); });
    check_refused("records for 2 parameters", [&] { parameters.put_records(records); });
  }
}

TEST_CASE("gradients written by hand are taken for given, and the others for 0") {
  Pair pair;
  Parameters parameters(pair);
  give_gradient(pair.a.w, {7, 7, 7});
  Tensor& gradients = parameters.grad_to_write();
  gradients.mutable_data<double>()[1] = 5;
  CHECK(pair.a.w.grad().to_vector() == Doubles{0, 5, 0});
  CHECK(pair.b.w.grad().to_vector() == Doubles(17, 0.0));
  CHECK(parameters.flat_grad().rows(0, 3).to_vector() == Doubles{0, 5, 0});
}

}  // namespace gradzoo
