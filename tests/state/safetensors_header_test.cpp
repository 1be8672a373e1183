#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "gradzoo/state/safetensors.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

SafetensorsHeader parse(const std::string& json, uint64_t data_bytes) {
  return parse_safetensors_header(json, data_bytes, "f");
}

std::string header_refusal(const std::string& json, uint64_t data_bytes = 8) {
  return test::error_message([&] { parse(json, data_bytes); });
}

// One entry of 8 bytes with its fields given.
std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"w":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

std::string two(const std::string& first, const std::string& second) {
  return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + first +
         R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}";
}

const std::string kGood = entry(R"("F32")", "[2]", "[0,8]");

}  // namespace

TEST_CASE("a well-formed header is read, padding and all") {
  const SafetensorsHeader header = parse(kGood + "   ", 8);
  REQUIRE(header.entries.size() == 1);
  CHECK(header.entries[0].name == "w");
  CHECK(header.entries[0].shape == Shape{2});
  CHECK(parse("{}", 0).entries.empty());
  CHECK(parse(R"({"__metadata__":{"a":"b"}})", 0).metadata == Metadata{{"a", "b"}});
  CHECK(parse(two("[4,8]", "[0,4]"), 8).entries[0].name == "b");
}

TEST_CASE("every malformed header is refused with one sentence that says what and where") {
  const std::string damaged = ". Hint: the file is damaged, or not a safetensors file";
  const std::pair<std::string, std::string> table[] = {
      // No object of objects.
      {"", "the header does not begin with '{'"},
      {"[]", "the header does not begin with '{'"},
      {" {}", "the header does not begin with '{'"},
      {"{", "the header is not valid JSON at its byte 2"},
      {"{} {}", "the header is not valid JSON at its byte 4"},
      {"{\"\xff\":1}", "the header is not valid JSON at its byte 3"},
      {std::string("{}\0{", 4), "the header has a zero byte"},
      {R"({"w":1})", "'w' has a number, which is not allowed there"},
      {R"({"w":-1})", "'w' has a negative number, which is not allowed there"},
      {R"({"w":null})", "'w' has null, which is not allowed there"},
      {R"({"w":true})", "'w' has a boolean, which is not allowed there"},
      {R"({"w":"x"})", "'w' has a text, which is not allowed there"},
      {R"({"w":[]})", "'w' has an array, which is not allowed there"},
      {R"({"__metadata__":{"a":1}})", "'__metadata__', 'a' has a number, which is not allowed there"},
      {R"({"__metadata__":{"a":{}}})", "'__metadata__', 'a' has an object, which is not allowed there"},
      {R"({"__metadata__":"a"})", "'__metadata__' has a text, which is not allowed there"},
      // Names that come twice.
      {R"({"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"w":{}})", "'w' comes twice"},
      {R"({"__metadata__":{},"__metadata__":{}})", "'__metadata__' comes twice"},
      {R"({"__metadata__":{"a":"1","a":"2"}})", "'__metadata__', 'a' comes twice"},
      {R"({"w":{"dtype":"U8","dtype":"F32"}})", "'w', 'dtype' comes twice"},
      // Fields.
      {R"({"w":{}})", "'w' lacks its dtype"},
      {R"({"w":{"dtype":"U8","data_offsets":[0,8]}})", "'w' lacks its shape"},
      {R"({"w":{"dtype":"U8","shape":[8]}})", "'w' lacks its data_offsets"},
      {R"({"w":{"strides":[1]}})", "'w' has the unknown field 'strides'"},
      {entry("7", "[8]", "[0,8]"), "'w', 'dtype' has a number, which is not allowed there"},
      {entry(R"("U8")", "8", "[0,8]"), "'w', 'shape' has a number, which is not allowed there"},
      {entry(R"("U8")", "[[8]]", "[0,8]"), "'w', 'shape' has an array, which is not allowed there"},
      {entry(R"("U8")", "[\"8\"]", "[0,8]"), "'w', 'shape' has a text, which is not allowed there"},
      {entry(R"("U8")", "[-8]", "[0,8]"), "'w', 'shape' has a negative number, which is not allowed there"},
      {entry(R"("U8")", "[8.0]", "[0,8]"),
       "'w', 'shape' has a number that is not whole or above 64 bits, which is not allowed there"},
      {entry(R"("U8")", "[18446744073709551616]", "[0,8]"),
       "'w', 'shape' has a number that is not whole or above 64 bits, which is not allowed there"},
      {entry(R"("U8")", "[1,1,1,1,1,1,8]", "[0,8]"),
       "'w', 'shape' has more than six axes, which is not allowed there"},
      {entry(R"("U8")", "[8]", "[0]"), "'w' lacks an offset"},
      {entry(R"("U8")", "[8]", "[]"), "'w' lacks an offset"},
      {entry(R"("U8")", "[8]", "[0,8,8]"),
       "'w', 'data_offsets' has more than two offsets, which is not allowed there"},
      {entry(R"("U8")", "[8]", "[-1,7]"),
       "'w', 'data_offsets' has a negative number, which is not allowed there"},
      // Sizes.
      {entry(R"("F64")", "[9223372036854775807]", "[0,8]"), "'w' has more bytes than 64 bits can count"},
      {entry(R"("U8")", "[18446744073709551615]", "[0,8]"), "'w' has more bytes than 64 bits can count"},
      {entry(R"("F32")", "[4294967296,4294967296]", "[0,0]"), "'w' has more bytes than 64 bits can count"},
      {entry(R"("F32")", "[2147483648,2147483648,0]", "[0,0]"), "'w' has more bytes than 64 bits can count"},
      {entry(R"("F32")", "[2]", "[8,0]"), "'w' ends at 0, before it begins at 8"},
      {entry(R"("F32")", "[3]", "[0,8]"), "'w' has 8 bytes, but F32 (3) takes 12"},
      {entry(R"("F64")", "[]", "[0,4]"), "'w' has 4 bytes, but F64 () takes 8"},
      // Layout.
      {two("[0,4]", "[2,6]"), "'a' and 'b' overlap"},
      {two("[0,4]", "[0,4]"), "'a' and 'b' overlap"},
      {entry(R"("U8")", "[4]", "[4,8]"), "bytes 0 to 4 belong to no entry"},
      {entry(R"("U8")", "[4]", "[0,4]"), "the last 4 bytes belong to no entry"},
      {"{}", "the last 8 bytes belong to no entry"},
  };
  for (const auto& row : table) {
    CAPTURE(row.first);
    CHECK(header_refusal(row.first) == "f: " + row.second + damaged);
  }
}

TEST_CASE("an entry beyond the end tells that the file was cut short, and an unknown dtype what is read") {
  CHECK(header_refusal(entry(R"("U8")", "[9]", "[0,9]")) ==
        "f: 'w' reaches byte 9 of 8. Hint: the file was cut short");
  CHECK(header_refusal(entry(R"("U8")", "[1]", "[18446744073709551614,18446744073709551615]")) ==
        "f: 'w' reaches byte 18446744073709551615 of 8. Hint: the file was cut short");
  CHECK(header_refusal(entry(R"("I16")", "[4]", "[0,8]")) ==
        "f: 'w' has the dtype 'I16'. Hint: F32, F64, I64, U8, F16 and BF16 are read");
}

TEST_CASE("halves are f32 of two bytes each in the file") {
  for (const auto& [name, stored] : {std::pair("F16", Stored::f16), std::pair("BF16", Stored::bf16)}) {
    const SafetensorsHeader header = parse(entry("\"" + std::string(name) + "\"", "[4]", "[0,8]"), 8);
    CHECK(header.entries[0].dtype == DType::f32);
    CHECK((header.entries[0].stored == stored));
    CHECK(safetensors_dtype(DType::f32, stored) == name);
  }
  CHECK(header_refusal(entry(R"("F16")", "[2]", "[0,8]")) ==
        "f: 'w' has 8 bytes, but F16 (2) takes 4. Hint: the file is damaged, or not a safetensors file");
}

TEST_CASE("a header that nests a million deep ends at the first step too deep") {
  const std::string deep(1'000'000, '[');
  CHECK(header_refusal(R"({"w":)" + deep).find("'w' has an array") != std::string::npos);
  CHECK(header_refusal(R"({"w":{"dtype":"U8","shape":)" + deep).find("'shape' has an array") !=
        std::string::npos);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  CHECK(header_refusal(objects).find("Hint:") != std::string::npos);
}

TEST_CASE("every cut of a good header is refused") {
  for (size_t length = 0; length < kGood.size(); ++length) {
    CAPTURE(length);
    CHECK(header_refusal(kGood.substr(0, length)).find("f: ") == 0);
  }
}

TEST_CASE("every header with one byte changed is either refused by an Error or still within the data") {
  for (size_t at = 0; at < kGood.size(); ++at)
    for (int bits = 1; bits < 256; ++bits) {
      std::string json = kGood;
      json[at] = static_cast<char>(json[at] ^ bits);
      try {
        for (const SafetensorsEntry& e : parse(json, 8).entries) CHECK(e.end <= 8);
      } catch (const Error&) {
        continue;
      }
    }
}

TEST_CASE("a name from outside is shown short and without control characters") {
  CHECK(quoted_name("a\x1b[31m\n") == "'a?[31m?'");
  CHECK(quoted_name(std::string(100, 'x')) == "'" + std::string(60, 'x') + "...'");
}

}  // namespace gradzoo
