#include "gradzoo/state/safetensors.h"

#include <cmath>
#include <cstdint>

#include <doctest/doctest.h>

#include "support/error_message.h"
#include "support/scratch.h"

namespace gradzoo {
using namespace test;
namespace {

std::string little_endian(uint64_t value) {
  std::string out;
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

template <class T>
SafetensorsTensor named(const std::string& name, const std::vector<T>& values, const Shape& shape) {
  const auto bytes = std::as_bytes(std::span(values));
  return {name, dtype_of<T>(), shape, {bytes.begin(), bytes.end()}};
}

std::string text_of(const std::vector<std::byte>& bytes) {
  std::string out;
  for (std::byte b : bytes) out += static_cast<char>(b);
  return out;
}

}  // namespace

// Laid out by hand from the format's rules: length, header with __metadata__ first, then entries in the order
// of their bytes (I64, F64, F32, U8; by name among equals), padded with spaces to 8 bytes; values
// little-endian.
TEST_CASE("a file is, byte by byte, what Python's safetensors lays out") {
  const std::vector<std::byte> file = to_safetensors(
      {
          named<uint8_t>("mask", {1, 0, 255}, {3}),
          named<float>("b.weight", {1.0f, -2.0f}, {1, 2}),
          named<float>("a.weight", {0.5f}, {}),
          named<double>("rate", {1.0}, {1}),
          named<int64_t>("step", {258}, {}),
          named<float>("none", {}, {0, 4}),
      },
      {{"model", "vae"}, {"format", "a\"b\\\n"}});
  std::string header = R"({"__metadata__":{"format":"a\"b\\\n","model":"vae"},)";
  header += R"("step":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)";
  header += R"("rate":{"dtype":"F64","shape":[1],"data_offsets":[8,16]},)";
  header += R"("a.weight":{"dtype":"F32","shape":[],"data_offsets":[16,20]},)";
  header += R"("b.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[20,28]},)";
  header += R"("none":{"dtype":"F32","shape":[0,4],"data_offsets":[28,28]},)";
  header += R"("mask":{"dtype":"U8","shape":[3],"data_offsets":[28,31]}})";
  while (header.size() % 8 != 0) header += ' ';
  std::string want = little_endian(header.size()) + header;
  want += std::string("\x02\x01\0\0\0\0\0\0", 8);    // 258
  want += std::string("\0\0\0\0\0\0\xf0\x3f", 8);    // 1.0 in f64
  want += std::string("\0\0\0\x3f", 4);              // 0.5
  want += std::string("\0\0\x80\x3f\0\0\0\xc0", 8);  // 1, -2
  want += std::string("\x01\0\xff", 3);
  CHECK(text_of(file) == want);
}

TEST_CASE("halves are written two bytes each behind the floats, and read back as the nearest floats") {
  SafetensorsTensor w = named<float>("w", {1.0f, 0.1f, -3.0f}, {3});
  w.half = true;
  const std::string text =
      text_of(to_safetensors({named<uint8_t>("mask", {7}, {1}), w, named<float>("b", {0.1f}, {1})}));
  CHECK(text.find(R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F16","shape":[3],)"
                  R"("data_offsets":[4,10]},"mask":{"dtype":"U8","shape":[1],"data_offsets":[10,11]})") !=
        std::string::npos);
  const SafetensorsReader reader("a.safetensors", text);
  const Tensor back = reader.read_tensor(*reader.find("w"));
  CHECK(back.dtype() == DType::f32);
  // Half of 0.1 is 0x2e66 = 1638 / 1024 / 16.
  CHECK(back.to_vector() == Doubles{1.0, 1638.0 / 16384, -3.0});
  CHECK(reader.data_bytes() == 4 + 12 + 1);
  SafetensorsTensor wide = named<double>("d", {1.0}, {1});
  wide.half = true;
  CHECK(error_message([&] { to_safetensors({wide}); }).find("only f32 can be halved") != std::string::npos);
}

TEST_CASE("a number that 16 bits turn into infinity is refused, and infinity is not") {
  const auto file_of = [](float value) {
    SafetensorsTensor w = named<float>("w", {1.0f, value}, {2});
    w.half = true;
    return text_of(to_safetensors({w}));
  };
  for (const float value : {70'000.0f, -70'000.0f, 65'520.0f, 3e38f})
    CHECK(error_message([&] { file_of(value); }).starts_with("safetensors: 'w' has "));
  CHECK(error_message([&] { file_of(70'000.0f); }) ==
        "safetensors: 'w' has 70000, and F16 ends at 65504. Hint: use half=false");
  for (const float value : {65'504.0f, 65'519.0f, INFINITY, -INFINITY}) {
    const std::string text = file_of(value);
    const SafetensorsReader reader("a.safetensors", text);
    const double nearest = std::isinf(value) ? static_cast<double>(value) : 65'504;
    CHECK(reader.read_tensor(*reader.find("w")).to_vector() == Doubles{1, nearest});
  }
  const std::string text = file_of(NAN);
  const SafetensorsReader reader("a.safetensors", text);
  CHECK(std::isnan(reader.read_tensor(*reader.find("w")).to_vector()[1]));
}

TEST_CASE("an entry of another file is refused: its bytes would lie elsewhere, or beyond the end") {
  const std::string text =
      text_of(to_safetensors({named<float>("w", {1, 2}, {2}), named<uint8_t>("m", {1}, {1})}));
  const SafetensorsReader reader("a.safetensors", text);
  const SafetensorsEntry own = *reader.find("w");
  CHECK(reader.read_tensor(own).to_vector() == Doubles{1, 2});
  std::vector<SafetensorsEntry> others(6, own);
  others[0].name = "v";
  others[1].shape = {1};
  others[2].end += 1000;
  others[3].begin += 4;
  others[4].dtype = DType::u8;
  others[5].stored = Stored::f16;
  for (const SafetensorsEntry& other : others) {
    CHECK(contains(error_message([&] { reader.read(other); }), "is an entry of another file"));
    CHECK(contains(error_message([&] { reader.read_tensor(other); }), "is an entry of another file"));
  }
}

TEST_CASE("a file without metadata or tensors is an empty object") {
  CHECK(text_of(to_safetensors({})) == little_endian(8) + "{}      ");
}

TEST_CASE("what was written is read back") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("a.safetensors");
  write_file(path, text_of(to_safetensors({named<float>("w", {1, 2, 3, 4, 5, 6}, {2, 3}),
                                           named<int64_t>("n", {-7}, {}), named<uint8_t>("none", {}, {0})},
                                          {{"model", "gr\xc3\xb6\xc3\x9f"}})));
  SafetensorsReader reader(path);
  CHECK(reader.metadata() == Metadata{{"model", "gr\xc3\xb6\xc3\x9f"}});
  CHECK(reader.entries().size() == 3);
  CHECK(reader.find("absent") == nullptr);
  const Tensor w = reader.read_tensor(*reader.find("w"));
  CHECK(w.dtype() == DType::f32);
  CHECK(w.shape() == Shape{2, 3});
  CHECK(w.to_vector() == Doubles{1, 2, 3, 4, 5, 6});
  CHECK(reader.read_tensor(*reader.find("n")).item() == -7);
  CHECK(reader.read_tensor(*reader.find("none")).size() == 0);
}

TEST_CASE("entries in any order, and a header of any length, are read") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("a.safetensors");
  const std::string header = R"({"b":{"shape":[1],"data_offsets":[3,7],"dtype":"F32"},)"
                             R"("a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})";
  write_file(path, little_endian(header.size()) + header + std::string("\1\2\3\0\0\0\x3f", 7));
  SafetensorsReader reader(path);
  CHECK(reader.entries()[0].name == "a");
  CHECK(reader.read_tensor(*reader.find("b")).item() == 0.5);
}

TEST_CASE("what is not a whole file is refused with its path") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("a");
  const auto message = [&](const std::string& bytes) {
    write_file(path, bytes);
    return error_message([&] { SafetensorsReader reader(path); });
  };
  CHECK(message("1234567") == path + ": 7 bytes are too few for a safetensors file. Hint: copy it again");
  CHECK(message("") == path + ": 0 bytes are too few for a safetensors file. Hint: copy it again");
  CHECK(message(little_endian(3) + "{}") ==
        path + ": it claims a header of 3 bytes, but 2 follow. Hint: the file was cut short");
  CHECK(message(std::string(8, '\xff') + "{}").find("18446744073709551615 bytes, above") !=
        std::string::npos);
  CHECK(message(little_endian(100'000'001)).find("above the format's 100000000") != std::string::npos);
  CHECK(error_message([&] { SafetensorsReader reader(scratch.file("absent")); }) ==
        scratch.file("absent") + ": the file does not exist. Hint: check the path");
  CHECK(error_message([&] { SafetensorsReader reader("/"); }) ==
        "/: this is a folder, no plain file. Hint: put the file itself there");
  CHECK(error_message([&] { SafetensorsReader reader("/dev/zero"); }).find("no plain file") !=
        std::string::npos);
}

TEST_CASE("a file that shrinks after it was opened is noticed") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("a");
  write_file(path, text_of(to_safetensors({named<double>("w", Doubles(9000, 1.0), {9000})})));
  SafetensorsReader reader(path);
  std::filesystem::resize_file(path, 100);
  CHECK(error_message([&] { reader.read(reader.entries()[0]); }).find("cannot be read to its end") !=
        std::string::npos);
}

TEST_CASE("names that are taken, reserved or no UTF-8 are not written, nor bytes that miss their shape") {
  const auto refused = [](std::vector<SafetensorsTensor> tensors) {
    return error_message([&] { to_safetensors(std::move(tensors)); }).find("Hint:") != std::string::npos;
  };
  CHECK(refused({named<float>("w", {1}, {1}), named<double>("w", {1}, {1})}));
  CHECK(refused({named<float>("__metadata__", {1}, {1})}));
  CHECK(refused({named<float>("\xff", {1}, {1})}));
  CHECK(refused({named<float>("w", {1, 2}, {1})}));
}

}  // namespace gradzoo
