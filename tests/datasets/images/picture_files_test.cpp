#include "datasets/images/picture_files.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "datasets/images/picture_makers.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

struct Pictures {
  test::ScratchDirectory folder;
  void add(const std::string& name) const {
    test::write_below(folder.path(), name, test::plain_png(2, 2, 1, 2, 3));
  }
  PictureFolder list() const { return list_pictures(folder.path().string()); }
  std::string refusal() const {
    return test::error_message([&] { list(); });
  }
};

std::vector<std::string> names(const std::vector<PictureFile>& files) {
  std::vector<std::string> out;
  for (const PictureFile& file : files) out.push_back(file.name + ":" + std::to_string(file.label));
  return out;
}

const Skipped* skipped(const PictureFolder& folder, const std::string& part) {
  for (const Skipped& each : folder.skipped)
    if (test::contains(each.why, part)) return &each;
  return nullptr;
}

TEST_CASE("a sub-folder is a class, in the order of names, whatever lies deeper in it") {
  const Pictures at;
  for (const char* name : {"dogs/b.PNG", "dogs/a.png", "cats/deep/er/x.jpeg", "cats/y.JPG", "cats/notes.txt"})
    at.add(name);
  const PictureFolder found = at.list();
  CHECK(found.classes == std::vector<std::string>{"cats", "dogs"});
  CHECK(names(found.train) ==
        std::vector<std::string>{"cats/deep/er/x.jpeg:0", "cats/y.JPG:0", "dogs/a.png:1", "dogs/b.PNG:1"});
  CHECK_FALSE(found.has_test);
}

TEST_CASE("pictures that lie in one folder, or beside folders, have no classes") {
  const Pictures flat, mixed, one;
  flat.add("b.png");
  flat.add("a.png");
  CHECK(names(flat.list().train) == std::vector<std::string>{"a.png:0", "b.png:0"});
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
  CHECK(found.classes == std::vector<std::string>{"cats", "dogs", "eels"});
  CHECK(names(found.train) == std::vector<std::string>{"train/cats/a.png:0", "train/eels/b.png:2"});
  CHECK(names(found.test) == std::vector<std::string>{"val/dogs/c.png:1", "val/eels/d.png:2"});
  const Pictures half;
  for (const char* name : {"train/cats/a.png", "train/eels/b.png", "test/c.png"}) half.add(name);
  CHECK_MESSAGE(test::contains(half.refusal(), "the other none"), half.refusal());
}

TEST_CASE(
    "a picture is taken once, whatever links lead to it; folders behind links, and hidden files, are not") {
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
  CHECK(names(found.train) == std::vector<std::string>{"cats/a.png:0", "cats/z.png:0", "dogs/b.png:1"});
  REQUIRE(skipped(found, "link to a picture that is taken already") != nullptr);
  CHECK(skipped(found, "link to a picture that is taken already")->first ==
        std::vector<std::string>{"dogs/0-same.png"});
  REQUIRE(skipped(found, "hidden") != nullptr);
  CHECK(skipped(found, "hidden")->count == 1);
}

TEST_CASE("a name that is no UTF-8 is a name, and more than 256 classes are refused") {
  const Pictures at;
  at.add("caf\xe9.png");
  CHECK(at.list().train.size() == 1);
  const Pictures many;
  for (int i = 0; i < 257; ++i) many.add(std::to_string(i) + "/a.png");
  CHECK_MESSAGE(test::contains(many.refusal(), "257 sub-folders"), many.refusal());
}

}  // namespace
}  // namespace gradzoo
