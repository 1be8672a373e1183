"""programs_test.py SOURCE_DIR BINARY_DIR CXX: a program is one folder. Adds the page's example to a copy of the tree, which
CMake then builds, and puts it beside a copy of gradzoo, which then knows it."""
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SOURCE, BINARY, CXX = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]


def run(*words, **options):
    return subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True, **options).stdout


def main():
    page = (SOURCE / "docs/architecture.md").read_text()
    example = re.search(r"### A program\n.*?```cpp\n(.*?)```", page, re.S).group(1)
    with tempfile.TemporaryDirectory() as scratch:
        tree, built = pathlib.Path(scratch, "tree"), pathlib.Path(scratch, "built")
        shutil.copytree(SOURCE, tree, ignore=shutil.ignore_patterns("build", ".git"))
        run("chmod", "-R", "u+w", tree)  # which the source need not be
        main_file = tree / "tools/hello/main.cpp"
        main_file.parent.mkdir()
        main_file.write_text(example)
        run("cmake", "-S", tree, "-B", built, "-D", f"CMAKE_CXX_COMPILER={CXX}", "-D", "CMAKE_BUILD_TYPE=Release",
            "-D", "GRADZOO_TESTS=OFF")
        targets = run("cmake", "--build", built, "--target", "help")
        assert "gradzoo_hello_command" in targets, "CMake does not know gradzoo_hello_command"
        # As CMake would link it, but with the libraries that are built already.
        link = (BINARY / "CMakeFiles/gradzoo_list_command.dir/link.txt").read_text().replace("\\$ORIGIN", "$ORIGIN")
        flags = (BINARY / "CMakeFiles/gradzoo_list_command.dir/flags.make").read_text()
        options = shlex.split(" ".join(re.findall(r"^CXX_(?:FLAGS|INCLUDES|DEFINES) = (.*)$", flags, re.M)))
        programs, others = pathlib.Path(scratch, "bin"), pathlib.Path(scratch, "libexec/gradzoo")
        programs.mkdir()
        others.mkdir(parents=True)
        hello = programs / "gradzoo-hello"
        libraries = shlex.split(link)[shlex.split(link).index("gradzoo-list") + 1:]
        run(CXX, *options, main_file, "-o", hello, *libraries, cwd=BINARY)
        gradzoo = programs / "gradzoo"
        shutil.copy(BINARY / "gradzoo", gradzoo)
        for library in BINARY.glob("libgradzoo.so.*"):
            shutil.copy(library, programs)
        assert run(gradzoo, "hello", "--name", "you") == "hello, you\n"
        assert re.search(r"^  hello +greet somebody$", run(gradzoo, "--help"), re.M)
        assert "greet somebody" in run(gradzoo, "--complete", "hel")
        assert "--name" in run(gradzoo, "--complete", "hello", "--")
        assert run(gradzoo, "hello", "--man").startswith(".TH GRADZOO\\-HELLO 1")
        assert "hello" in run(gradzoo, "--man")
        # Of two programs of one name the one beside gradzoo is meant, before the one in libexec.
        other = others / "gradzoo-hello"
        other.write_text("#!/bin/sh\necho another\n")
        other.chmod(0o755)
        assert run(gradzoo, "hello", "--name", "you") == "hello, you\n"
        hello.unlink()
        assert run(gradzoo, "hello") == "another\n"


main()
