#include "datasets/images/picture_files.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "datasets/images/picture_makers.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

namespace fs = std::filesystem;

struct Pictures {
  ScratchDirectory folder;
  void add(const std::string& name) const { write_below(folder.path(), name, plain_png(2, 2, 1, 2, 3)); }
  PictureFolder list() const { return list_pictures(folder.path().string()); }
  std::string refusal() const {
    return error_message([&] { list(); });
  }
};

Strings names(const std::vector<PictureFile>& files) {
  Strings out;
  for (const PictureFile& file : files) out.push_back(file.name + ":" + std::to_string(file.label));
  return out;
}

const Skipped* skipped(const PictureFolder& folder, const std::string& part) {
  for (const Skipped& each : folder.skipped)
    if (contains(each.why, part)) return &each;
  return nullptr;
}

TEST_CASE("a sub-folder is a class, in the order of names, whatever lies deeper in it") {
  const Pictures at;
  for (const char* name : {"dogs/b.PNG", "dogs/a.png", "cats/deep/er/x.jpeg", "cats/y.JPG", "cats/notes.txt"})
    at.add(name);
  const PictureFolder found = at.list();
  CHECK(found.classes == Strings{"cats", "dogs"});
  CHECK(names(found.train) ==
        Strings{"cats/deep/er/x.jpeg:0", "cats/y.JPG:0", "dogs/a.png:1", "dogs/b.PNG:1"});
  CHECK_FALSE(found.has_test);
}

TEST_CASE("pictures that lie in one folder, or beside folders, have no classes") {
  const Pictures flat, mixed, one;
  flat.add("b.png");
  flat.add("a.png");
  CHECK(names(flat.list().train) == Strings{"a.png:0", "b.png:0"});
  CHECK(flat.list().classes.empty());
  mixed.add("a.png");
  mixed.add("cats/b.png");
  mixed.add("dogs/b.png");
  CHECK(mixed.list().classes.empty());
  CHECK(mixed.list().train.size() == 3);
  one.add("all/a.png");
  CHECK(one.list().classes.empty());
}

TEST_CASE("train and test, or val, are the parts; classes of both have the same numbers") {
  const Pictures at;
  for (const char* name : {"train/cats/a.png", "train/eels/b.png", "val/dogs/c.png", "val/eels/d.png"})
    at.add(name);
  const PictureFolder found = at.list();
  CHECK(found.has_test);
  CHECK(found.classes == Strings{"cats", "dogs", "eels"});
  CHECK(names(found.train) == Strings{"train/cats/a.png:0", "train/eels/b.png:2"});
  CHECK(names(found.test) == Strings{"val/dogs/c.png:1", "val/eels/d.png:2"});
  const Pictures half;
  for (const char* name : {"train/cats/a.png", "train/eels/b.png", "test/c.png"}) half.add(name);
  CHECK_MESSAGE(contains(half.refusal(), "has one sub-folder per class"), half.refusal());
}

TEST_CASE("the parts have other names too, in any case of letters, and what lies beside them is said") {
  const std::pair<const char*, const char*> parts[] = {
      {"Train", "TEST"},   {"training", "testing"},      {"train", "eval"},
      {"TRAINING", "Dev"}, {"wrap/train", "wrap/valid"}, {"a/b/Train", "a/b/test"}};
  for (const auto& part_names : parts) {
    const char *const train = part_names.first, *const test = part_names.second;
    CAPTURE(train);
    const Pictures at;
    for (const char* name : {"/cats/a.png", "/dogs/b.png"})
      for (const char* part : {train, test}) at.add(std::string(part) + name);
    CHECK(at.list().has_test);
    CHECK(at.list().train.size() == 2);
    CHECK(at.list().test.size() == 2);
    CHECK(at.list().classes == Strings{"cats", "dogs"});
  }
  const Pictures at;
  for (const char* name : {"train/cats/a.png", "train/dogs/b.png", "extra/c.png", "d.png"}) at.add(name);
  const PictureFolder found = at.list();
  CHECK_FALSE(found.has_test);
  CHECK(found.classes == Strings{"cats", "dogs"});
  REQUIRE(skipped(found, "outside the folder of training") != nullptr);
  CHECK(skipped(found, "outside the folder of training")->count == 2);
  at.add("test/cats/c.png");
  at.add("val/cats/c.png");
  CHECK(names(at.list().test) == Strings{"test/cats/c.png:0"});
  CHECK(skipped(at.list(), "outside the folder of training")->count == 3);
}

TEST_CASE("a folder around the classes, or a cover beside them, costs no labels") {
  const Pictures wrapped, covered, many;
  for (const char* name : {"set/cats/a.png", "set/dogs/b.png", "readme.txt"}) wrapped.add(name);
  CHECK(names(wrapped.list().train) == Strings{"set/cats/a.png:0", "set/dogs/b.png:1"});
  for (int i = 0; i < 9; ++i)
    for (const char* folder : {"cats/", "dogs/"}) covered.add(folder + std::to_string(i) + ".png");
  covered.add("cover.png");
  CHECK(covered.list().classes == Strings{"cats", "dogs"});
  CHECK(covered.list().train.size() == 18);
  CHECK(skipped(covered.list(), "outside the folders of classes")->first == Strings{"cover.png"});
  for (const char* name : {"a.png", "cats/a.png", "dogs/b.png"}) many.add(name);
  CHECK(many.list().beside_classes);
  CHECK(many.list().classes.empty());
}

TEST_CASE("classes whose names are numbers have these for labels") {
  const Pictures at, mixed, twice;
  for (int i = 0; i < 12; ++i) at.add(std::to_string(i) + "/a.png");
  const PictureFolder found = at.list();
  for (const PictureFile& file : found.train) CHECK(file.name == std::to_string(file.label) + "/a.png");
  CHECK(found.classes.at(10) == "10");
  for (const char* name : {"1/a.png", "13/a.png", "025/a.png"}) mixed.add(name);
  CHECK(names(mixed.list().train) == Strings{"1/a.png:1", "13/a.png:13", "025/a.png:25"});
  CHECK(mixed.list().classes.size() == 26);
  CHECK(mixed.list().classes.at(2).empty());
  mixed.add("cats/a.png");
  CHECK(mixed.list().classes == Strings{"025", "1", "13", "cats"});
  for (const char* name : {"7/a.png", "07/a.png"}) twice.add(name);
  CHECK(twice.list().classes == Strings{"07", "7"});
}

TEST_CASE("a picture is taken once, whatever links lead to it; linked folders and hidden files are not") {
  const Pictures at, elsewhere;
  at.add("cats/a.png");
  at.add("dogs/b.png");
  at.add("dogs/.hidden.png");
  elsewhere.add("c.png");
  const fs::path folder = at.folder.path();
  fs::create_symlink(folder / "cats/a.png", folder / "dogs/0-same.png");
  fs::create_symlink(folder / "nowhere.png", folder / "dogs/broken.png");
  fs::create_directory_symlink(elsewhere.folder.path(), folder / "linked");
  fs::create_symlink(elsewhere.folder.path() / "c.png", folder / "cats/z.png");  // from outside, once: taken
  const PictureFolder found = at.list();
  CHECK(names(found.train) == Strings{"cats/a.png:0", "cats/z.png:0", "dogs/b.png:1"});
  REQUIRE(skipped(found, "link to a picture that is listed already") != nullptr);
  CHECK(skipped(found, "link to a picture that is listed already")->first == Strings{"dogs/0-same.png"});
  REQUIRE(skipped(found, "hidden") != nullptr);
  CHECK(skipped(found, "hidden")->count == 1);
}

TEST_CASE("a name that is no UTF-8 is a name, and more than 256 classes are refused") {
  const Pictures at;
  at.add("caf\xe9.png");
  CHECK(at.list().train.size() == 1);
  const Pictures many;
  for (int i = 0; i < 257; ++i) many.add(std::to_string(i) + "/a.png");
  CHECK_MESSAGE(contains(many.refusal(), "257 sub-folders"), many.refusal());
}

}  // namespace
}  // namespace gradzoo
