#include "gradzoo/datasets/images/sha256.h"

#include <doctest/doctest.h>

#include "datasets/images/idx_files.h"

namespace gradzoo {

TEST_CASE("SHA-256 is that of the standard's own examples") {
  const test::ScratchFolder scratch;
  CHECK(sha256_of_contents(scratch.write("empty", {})) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of_contents(scratch.write("abc", {'a', 'b', 'c'})) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_of_contents(scratch.write("million", test::Bytes(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 of a gzipped file is that of what it holds") {
  const test::ScratchFolder scratch;
  CHECK(sha256_of_contents(scratch.write("abc.gz", test::gzipped({'a', 'b', 'c'}))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("SHA-256 of tensors is that of their bytes, one after another") {
  CHECK(sha256_of_bytes({tensor({'a'}, {1}, DType::u8), tensor({'b', 'c'}, {1, 2}, DType::u8)}) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("SHA-256 of a tensor reads every byte of every element") {
  const Tensor halves = tensor({0.5, -1.5, 2.5}, {3}, DType::f32);
  CHECK(sha256_of_bytes({halves}) == sha256_of(std::as_bytes(std::span(halves.data<float>(), 3))));
  CHECK(sha256_of_bytes({halves}) != sha256_of_bytes({tensor({0.5, -1.5, 3.5}, {3}, DType::f32)}));
}

TEST_CASE("a file that isn't there has no SHA-256") { CHECK_THROWS_AS(sha256_of_contents("/absent"), Error); }

}  // namespace gradzoo
