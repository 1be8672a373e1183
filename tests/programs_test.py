"""programs_test.py SOURCE_DIR BINARY_DIR CXX: a program is one folder, and builds against an installed gradzoo. Adds the
page's example to a copy of tools/, builds it there, and puts it next to a copy of gradzoo, which then knows it."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE, BINARY, CXX = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]


def run(*words, **options):
    return subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True, **options).stdout


def main():
    page = (SOURCE / "docs/add-program.md").read_text()
    example = re.search(r"```cpp\n(.*?)```", page, re.S).group(1)
    with tempfile.TemporaryDirectory() as scratch:
        tree, built, prefix = (pathlib.Path(scratch, name) for name in ("tree", "built", "prefix"))
        shutil.copytree(SOURCE, tree, ignore=shutil.ignore_patterns("build", ".git"))
        run("chmod", "-R", "u+w", tree)  # which the source need not be
        folder = tree / "tools/hello"
        folder.mkdir()
        (folder / "main.cpp").write_text(example)
        (folder / "CMakeLists.txt").write_text("gradzoo_program(hello)\n")
        # Programs build by themselves, against what is installed.
        run("cmake", "--install", BINARY, "--prefix", prefix)
        run("cmake", "-S", tree / "tools", "-B", built, "-D", f"CMAKE_CXX_COMPILER={CXX}", "-D", f"CMAKE_PREFIX_PATH={prefix}")
        run("cmake", "--build", built, "--parallel", run(SOURCE / "tools/jobs").strip(), "--target", "gradzoo_hello_command",
            "gradzoo_lab_command", "gradzoo_gradcheck_command")
        assert "relu" in run(built / "gradzoo-gradcheck", "relu")
        programs, others = pathlib.Path(scratch, "bin"), pathlib.Path(scratch, "libexec/gradzoo")
        programs.mkdir()
        others.mkdir(parents=True)
        hello = programs / "gradzoo-hello"
        shutil.copy(built / "gradzoo-hello", hello)
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
