// What answers by other means than a learner's own engine.
#include "tools/course/refusals.h"

#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "support/process.h"
#include "tools/course/check.h"
#include "tools/course/learners.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

const std::string& body() {
  static const std::string kBody = "  return a.tape->record(Op::exp, a, {}, std::exp(a.value()));";
  return kBody;
}

// The solution, in which exp begins with `line`.
void copy_with(const std::string& folder, const std::string& head, const std::string& line) {
  copy_solution(folder);
  REQUIRE(replace_in(folder + "/value.h", {"#pragma once\n", "#pragma once\n" + head}));
  REQUIRE(replace_in(folder + "/value.h", {body(), line + "\n" + body()}));
}

}  // namespace

TEST_CASE("a header is refused by the line that is no engine, and not for a comment") {
  const std::string driver = "int calls = 0;  // facts\nanswer.word(\"once\");\n";
  const auto refusal = [&](const std::string& line) {
    return course::refusal_of_text("value.h", "#pragma once\n" + line + "\n", driver);
  };
  for (const char* line :
       {"#include <complex>", "# include <complex.h>", "std :: complex<double> z;", "double _Complex z;",
        "__complex__ double z;", "complex<double> z;", "#define C <complex>"})
    CHECK_MESSAGE(contains(refusal(line), "value.h, line 2: it computes with complex numbers"), line);
  for (const char* line : {"#define calls one()", "%:define word(x) other(x)", " # define answer"})
    CHECK_MESSAGE(contains(refusal(line), "line 2: the macro "), line);
  CHECK(contains(refusal("  std::system (\"true\");"), "starts another program"));
  CHECK(contains(refusal("#include \"gradzoo/x.h\""), "includes gradzoo"));
  for (const char* line : {"driver::answer_line(0);", "namespace driver { double seconds_now(); }"})
    CHECK_MESSAGE(contains(refusal(line), "line 2: it calls the driver that asks the questions"), line);
  for (const char* line : {"// a complex matter: system(1)", "#define facts 2", "#define VALUE_H",
                           "int complexity = 1;", "double answer(double word);"})
    CHECK_MESSAGE(refusal(line).empty(), line, refusal(line));
}

TEST_CASE("what is compiled is refused by what it calls, however that is written") {
  for (const char* name : {"read", "__read_chk", "pread64", "fread_unlocked", "__getdelim", "_IO_getc",
                           "__isoc99_fscanf", "stdin", "mmap64", "_ZSt3cin", "_ZNSt3__13cinE", "getenv",
                           "_ZNSt14basic_ifstreamIcSt11char_traitsIcEEC1EPKcSt13_Ios_Openmode",
                           "_ZN9__gnu_cxx13stdio_filebufIcSt11char_traitsIcEEC1EiSt13_Ios_Openmodem"})
    CHECK_MESSAGE(contains(course::refusal_of_symbols(fmt::format("exp U\n{} U\n", name)),
                           "it reads something other than the arguments of your functions"),
                  name);
  CHECK(contains(course::refusal_of_symbols("read w"), "your headers call read:"));  // where there is one
  CHECK(contains(course::refusal_of_symbols("_ZSt3cin U"), "your headers call cin:"));
  for (const char* name : {"syscall", "dlsym", "execvp", "posix_spawn", "__fork"})
    CHECK_MESSAGE(contains(course::refusal_of_symbols(fmt::format("{} U", name)), "starts another program"),
                  name);
  for (const char* name : {"cexp", "csinhl", "__muldc3", "__divxc3"})
    CHECK_MESSAGE(contains(course::refusal_of_symbols(fmt::format("{} U", name)), "complex numbers"), name);
  for (const char* name : {"expl", "sinl", "powf128", "__multf3"})
    CHECK_MESSAGE(
        contains(course::refusal_of_symbols(fmt::format("{} U", name)), "more digits than a double"), name);
  for (const char* name : {"time", "clock", "clock_gettime", "__clock_gettime64", "rand", "drand48", "getpid",
                           "_ZNSt6chrono3_V212steady_clock3nowEv", "_ZNSt3__16chrono12system_clock3nowEv",
                           "_ZNSt13random_device9_M_getvalEv", "_ZNSt3__113random_deviceclEv"})
    CHECK_MESSAGE(contains(course::refusal_of_symbols(fmt::format("{} U", name)),
                           "would depend on the time or on chance"),
                  name);
  CHECK(contains(course::refusal_of_symbols("_ZNSt6chrono3_V212steady_clock3nowEv U"), "call steady_clock:"));
  CHECK(contains(course::refusal_of_symbols("fflush T 0 1b\n"),
                 "your headers make fflush a name of the whole"));
  CHECK(course::refusal_of_symbols(
            "_ZN6driver11answer_lineEPKc T 0 5\nDW.ref.__gxx_personality_v0 V 0 8\n"
            "_ZSt7getlineIcSt11char_traitsIcESaIcEE U\nstrtod U\ncosh U\nlogl U\nwrite U\n"
            "_ZNSt14basic_ofstreamIcSt11char_traitsIcEED1Ev U\nfopen64 U\nclog2 U\nusleep U\n"
            "_ZN6driver11seconds_nowEv U\ntimer U\n_ZNSt6chrono8durationIlE5countEv U\n")
            .empty());
}

TEST_CASE("a program is made of what was handed in and of the standard library") {
  const ScratchDirectory scratch;
  const std::string copy = scratch.file("copy"), drivers = scratch.file("drivers");
  for (const std::string& folder : {copy, drivers}) std::filesystem::create_directories(folder);
  write_file(copy + "/value.h", "");
  write_file(drivers + "/cases.h", "");
  write_file(scratch.file("other.h"), "");
  write_file(copy + "2.h", "");
  const auto refusal = [&](const std::string& files) {
    return course::refusal_of_list("program: " + files, copy, drivers);
  };
  CHECK(refusal(copy + "/value.h " + drivers + "/cases.h \\\n /usr/include/stdio.h").empty());
  CHECK(contains(refusal(scratch.file("other.h")), "other.h, which was not handed in"));
  CHECK(contains(refusal(copy + "2.h"), "copy2.h, which was not handed in"));
  CHECK(contains(refusal(scratch.file("none.h")), "none.h, which was not handed in"));
  // Of other libraries, which the tests' machine has.
  CHECK(contains(refusal("/usr/include/boost/config.hpp"), "boost/config.hpp, which was not handed in"));
}

TEST_CASE("who prints answers and leaves has given none") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("learner");
  copy_with(folder, "#include <cstdio>\n#include <unistd.h>\n",
            "  for (int fd = 1; fd < 9; ++fd)\n"
            "    for (int i = 0; i < 400; ++i) dprintf(fd, \"answer %d 0.75 2.1170000166126748\\n\", i);\n"
            "  _exit(0);");
  const course::Checked checked = course::check_step(folder, course::find_step(1), 1);
  for (const course::Question& question : checked.questions)
    if (question.name == "one op at a time") CHECK(question.right < question.cases);
  CHECK(contains(course::report_of(checked), "it called exit(0)"));
}

TEST_CASE("who reads the questions before main and answers them gets no point") {
  const ScratchDirectory scratch;
  const std::string folder = scratch.file("learner");
  copy_with(folder,
            "#include <cstdio>\n#include <unistd.h>\n"
            "struct Early {\n  Early() {\n    static char asked[1 << 20];\n"
            "    for (size_t n = 0, more = 1; more > 0 && more < 1 << 20; n += more)\n"
            "      more = read(0, asked + n, sizeof asked - n);\n  }\n};\nstatic Early early;\n",
            "");
  const course::Checked checked = course::check_step(folder, course::find_step(1), 1);
  CHECK(checked.points() == 0);
  CHECK(contains(checked.failure,
                 "your headers call read: it reads something other than the arguments of your functions"));
}

TEST_CASE("the grader's memory, in which the answers are, is closed to a learner's program") {
  const ScratchDirectory scratch;
  const std::string here = scratch.file("");
  copy_solution(scratch.file("mine"));
  // Linked with the learner's program, as a header may not look.
  write_file(scratch.file("spy.cpp"),
             "#include <fstream>\n#include <iostream>\n#include <string>\n#include <unistd.h>\n"
             "static const bool looked = [] {\n"
             "  std::string line, keeper = std::to_string(getppid()), grader;\n"
             "  for (std::ifstream file(\"/proc/\" + keeper + \"/status\"); std::getline(file, line);)\n"
             "    if (line.rfind(\"PPid:\", 0) == 0) grader = line.substr(6);\n"
             "  for (const std::string& who : {std::string(\"self\"), keeper, grader})\n"
             "    std::cerr << (std::ifstream(\"/proc/\" + who + \"/mem\") ? \" open\" : \" closed\");\n"
             "  return true;\n}();\n");
  const std::string script = scratch.file("c++");
  write_file(script, fmt::format("#!/bin/sh\ncase \"$*\" in *main.cpp*) exec {0} \"$@\" {1} ;; esac\n"
                                 "exec {0} \"$@\"\n",
                                 shell_word(compiler()), shell_word(scratch.file("spy.cpp"))));
  std::filesystem::permissions(script, std::filesystem::perms::all);
  ProcessResult result;
  bool may_look = false;
  std::thread([&] {  // whose programs may not look into all memory, as root may
    may_look = ::prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE) != 0 &&
               ::prctl(PR_CAPBSET_READ, CAP_SYS_PTRACE) == 1 && ::geteuid() == 0;
    result = run_process({"/usr/bin/env", "CXX=" + script, command(), "course", "check", "mine", "1"}, here);
  })
      .join();
  if (may_look) {
    MESSAGE("skipped: root cannot give up CAP_SYS_PTRACE here");
    return;
  }
  CHECK_MESSAGE(contains(result.out, "your code printed: open closed closed"), result.out, result.err);
}
