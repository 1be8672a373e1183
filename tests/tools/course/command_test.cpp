// gradzoo course, as it is typed.
#include <map>
#include <regex>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "experiments/refusals.h"
#include "tools/course/learners.h"

using namespace gradzoo::test;

TEST_CASE("gradzoo course starts a folder, opens its next page, and keeps what was won") {
  const ScratchDirectory scratch;
  const std::string here = scratch.file("");
  CHECK(contains(run_gradzoo("course", here).out, "6  It learns"));
  run_ok("course start mine", here);
  int links = 0;
  for (const auto& page : std::filesystem::directory_iterator(scratch.file("mine/pages"))) {
    static const std::regex kLink(R"(\]\(([^)#]*)#L\d+\))");
    const std::string text = read_file(page.path().string());
    for (std::sregex_iterator link(text.begin(), text.end(), kLink), end; link != end; ++link, ++links)
      CHECK_MESSAGE(std::filesystem::exists(page.path().parent_path() / (*link)[1].str()), (*link)[1].str());
  }
  CHECK(links > 10);
  const ProcessResult begun = run_gradzoo("course check mine 1 --seed 5", here);
  CHECK(begun.status == 1);  // what is not complete ends a script
  check_says(begun.out, {"not begun: not written yet", "--seed 5 repeats the same cases"});
  CHECK(run_gradzoo("course next mine", here).out == read_file(scratch.file("mine/pages/1-values.md")));

  // Step 1 solved, step 2 open.
  copy_solution(scratch.file("half"), "pull");
  std::filesystem::rename(scratch.file("half/value.h"), scratch.file("mine/value.h"));
  const ProcessResult one = run_ok("course check mine 1", here);
  CHECK(contains(one.out, "step 1, Values that remember: 100 of 100"));
  CHECK(run_gradzoo("course next mine", here).out == read_file(scratch.file("mine/pages/2-sweep.md")));
  const std::string listed = run_gradzoo("course mine", here).out;
  check_says(listed, {"100 of 100", "gradients in one pass over the tape     0 of 100"});
  CHECK(run_gradzoo("course check mine 2", here).status == 1);

  write_file(scratch.file("mine/.course/state.json"),
             R"({"1": {"points": 85, "seed": 1}})");  // not all of it
  CHECK(run_gradzoo("course next mine", here).out == read_file(scratch.file("mine/pages/1-values.md")));

  run_ok("course show mine", here);
  const std::string page = read_file(scratch.file("mine/tape.html"));
  for (const char* part : {"Your tape", "v0 = leaf()", "v2 = mul(v0, v1)", "yours: 0.75"})  // h = x w
    CHECK_MESSAGE(contains(page, part), part);
}

TEST_CASE("gradzoo course draws and times a training, and grades a folder of folders") {
  const ScratchDirectory scratch;
  const std::string here = scratch.file("");
  copy_solution(scratch.file("class/full"));
  run_ok("course start class/none,yet", here);
  std::filesystem::create_directories(scratch.file("class/elsewhere"));
  run_ok("course start class/part", here);
  std::filesystem::remove(scratch.file("class/part/learn.h"));
  const ProcessResult trained = run_gradzoo("course train class/full --steps 8", here);
  CHECK(trained.status == 1);  // eight steps do not reach the goal
  check_says(trained.out, {"nats after 8 steps; the goal is below 0.01", "gradzoo's step",
                           "parts of your step: the net ", "ring8.png"});
  CHECK(read_file(scratch.file("class/full/ring8.png")).starts_with("\x89PNG"));

  // Without a training, which takes its time: a solution that cannot learn has all points but one question's.
  REQUIRE(replace_in(scratch.file("class/full/learn.h"), {"return loss.item();", "return loss.item() + 1;"}));
  const ProcessResult graded = run_ok("course grade class --csv --seed 3", here);
  CHECK(
      graded.out ==
      fmt::format("name,step1,step2,step3,step4,step5,step6,mean,note\n"
                  "elsewhere,0,0,0,0,0,0,0.0,it has no value.h\n"
                  "full,100,100,100,100,100,71,95.2,\n"
                  "\"none,yet\",0,0,0,0,0,0,0.0,\n"
                  "part,0,0,0,0,0,0,0.0,step 6: course: there is no class/part/learn.h. Hint: gradzoo course "
                  "start DIR makes a folder that has one\n"));
  CHECK(contains(graded.err, "learn.h"));
  CHECK_FALSE(
      std::filesystem::exists(scratch.file("class/part/.course")));  // what is handed in stays as it was
}

TEST_CASE("whose work a file is: links, other folders' headers and equal files are said") {
  const ScratchDirectory scratch;
  const std::string here = scratch.file("");
  copy_solution(scratch.file("class/ann"));  // which does not train
  REQUIRE(replace_in(scratch.file("class/ann/learn.h"), {"return loss.item();", "return loss.item() + 1;"}));
  std::filesystem::create_directories(scratch.file("elsewhere room"));
  std::filesystem::copy_file(scratch.file("class/ann/value.h"), scratch.file("elsewhere room/value.h"));
  const auto hands_in = [&](const std::string& name, const std::string& text) {
    run_ok("course start class/" + name, here);
    for (const char* file : {"gradcheck.h", "array.h", "learn.h"})
      std::filesystem::remove(scratch.file("class/" + name + "/" + file));
    write_file(scratch.file("class/" + name + "/value.h"), text);
  };
  const std::string anns = read_file(scratch.file("class/ann/value.h"));
  hands_in("ben", "#include \"" + scratch.file("class/ann/value.h") + "\"\n");
  hands_in("cem", "#define OTHER \"" + scratch.file("elsewhere room/value.h") + "\"\n#include OTHER\n");
  hands_in("dan", "#include \"../ann/value.h\"\n");
  hands_in("eva", anns);
  hands_in("=1+1", "#include \"/dev/zero\"\n");
  run_ok("course start class/fay", here);
  std::filesystem::remove(scratch.file("class/fay/value.h"));
  std::filesystem::create_symlink("../ann/value.h", scratch.file("class/fay/value.h"));
  std::filesystem::create_directory_symlink("ann", scratch.file("class/gil"));
  hands_in("hal", "#include \"other.h\"\n");
  std::filesystem::create_symlink("../ann/value.h", scratch.file("class/hal/other.h"));
  const ProcessResult graded = run_ok("course grade class --csv --seed 3", here);
  std::istringstream lines(graded.out);
  std::map<std::string, std::string> rows;
  for (std::string line; std::getline(lines, line);) rows[line.substr(0, line.find(','))] = line;
  CHECK(rows.size() == 10);
  for (const char* name : {"ben", "cem", "dan", "fay", "gil", "hal", "'=1+1"})
    CHECK_MESSAGE(rows[name].starts_with(std::string(name) + ",0,0,"), rows[name]);
  check_says(rows["ben"], {"step 1: it includes ", "class/ann/value.h, which was not handed in"});
  check_says(rows["cem"], {"elsewhere room/value.h, which was not handed in"});
  check_says(rows["dan"], {"step 1: value.h, line 1 does not compile"});
  check_says(rows["fay"], {"a link, no plain file"});
  check_says(rows["gil"], {"it is a link, not a folder"});
  check_says(rows["hal"], {"step 1: value.h, line 1 does not compile"});
  check_says(rows["'=1+1"], {"step 1: the compiler needed more than 2 GB"});
  check_says(rows["ann"], {",100,100,", "value.h is the same as the file of eva"});
  check_says(rows["eva"], {"eva,100,100,0,", "value.h is the same as the file of ann"});
}

TEST_CASE("on a full disk each command is one sentence, and leaves no half of a file or folder") {
  const ScratchDirectory scratch;
  const std::string here = scratch.file("");
  copy_solution(scratch.file("mine"));
  std::filesystem::create_directories(scratch.file("full"));
  write_file(scratch.file("script"),
             "mount -t tmpfs -o size=512k none full || exit 77\n"
             "mkdir full/class; cp -r mine full/mine; cp -r mine full/class/ann\n"
             "cat /dev/zero > full/fill; mkdir full/empty\n"
             "try() { \"$@\" 2>&1; echo \"ends with $?\"; }\n"
             "try \"$0\" course check full/mine 1\n"
             "try \"$0\" course show full/mine\n"
             "try \"$0\" course start full/new\n"
             "try \"$0\" course start full/empty\n"
             "\"$0\" course grade full/class --csv > full/points.csv; echo \"ends with $?\"\n"
             "export TMPDIR=\"$PWD/full\"\n"
             "try \"$0\" course check mine 1\n"
             "find full mine -type f '(' ! -name '*.h' -o -path '*.course*' ')' -size +0\n"
             "ls -d full/new full/empty/*\n");
  std::vector<std::string> words = {"/usr/bin/unshare", "-m"};
  if (::geteuid() != 0) words.emplace_back("-r");
  words.insert(words.end(), {"/bin/sh", "-c", "exec 2>&1; . ./script", command()});
  const ProcessResult result = run_process(words, here);
  if (!contains(result.out, "ends with")) {
    MESSAGE("skipped: no small disk can be made here");
    return;
  }
  std::istringstream lines(result.out);
  std::string left;
  int ends = 0, sentences = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line == "ends with 1")
      ++ends;
    else if (line.starts_with("gradzoo: ") && contains(line, "Hint: "))
      ++sentences;
    else if (line.starts_with("full/") || line.starts_with("mine/"))
      left += line + " ";
  }
  CHECK_MESSAGE(ends == 6, result.out);
  CHECK_MESSAGE(sentences == 6, result.out);
  CHECK_MESSAGE(contains(result.out, "course: full/new cannot be written: No space left on device"),
                result.out);
  CHECK(left == "full/fill ");
}

TEST_CASE("what gradzoo course cannot do is one sentence") {
  const ScratchDirectory scratch;
  const std::string here = scratch.file("");
  std::filesystem::create_directories(scratch.file("taken"));
  write_file(scratch.file("taken/thing"), "mine");
  check_refused("course start taken", here, {"taken", "your files are never overwritten"});
  CHECK(read_file(scratch.file("taken/thing")) == "mine");
  check_refused("course start", here, {"needs a folder", "gradzoo course start DIR"});
  check_refused("course check taken", here, {"taken", "gradzoo course start DIR"});
  check_refused("course chekc taken", here, {"did you mean 'check'"});
  check_refused("course grade taken", here, {"has no folders of the course"});
  run_ok("course start mine", here);
  check_refused("course check mine 7", here, {"7", "1 to 6"});
  check_refused("course check mine two", here, {"'two'", "1 to 6"});
  const ProcessResult early = run_gradzoo("course train mine", here);
  CHECK(early.status == 1);
  CHECK(contains(early.err, "not written yet"));
  std::filesystem::remove(scratch.file("mine/gradcheck.h"));
  check_refused("course check mine 3", here, {"gradcheck.h", "gradzoo course start DIR"});
}
