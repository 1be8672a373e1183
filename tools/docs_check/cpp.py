"""Blocks of C++: quotations are looked up, all others compiled against the installed library and run.

A block alone is the body of a function, with gradzoo.h and the namespace; its #includes go to the top. `in NAME` puts it
in place of the next line `//! block` of tests/docs/NAME, which is a program. #line gives the compiler's words the
page's lines.
"""
import os
import re
import subprocess

import excerpts

ERROR = re.compile(r"^(?:In file included from )?([^\s:]+\.(?:md|cpp|h)):(\d+)(?::\d+)?: (?:fatal )?error: (.*)$")


class Program:
    """One executable: either all blocks of a page that stand alone, or one file of tests/docs with its blocks."""

    def __init__(self, name, mpi=False):
        self.name, self.mpi = name, mpi
        self.blocks = []  # (block, with, then, continues, includes)


def plan(page, root, note, report, programs):
    """Sorts a page's blocks into excerpts, which are looked up here, and programs."""
    alone = Program("page_" + re.sub(r"\W", "_", page.name))
    sources = None
    for block in page.parts:
        language = getattr(block, "language", None)
        says = {}
        for _, said in getattr(block, "markers", []):
            verb, _, rest = said.partition(" ")
            says[verb] = (says[verb] + "\n" + rest) if verb in says else rest
        if says.get("output", "").startswith("of examples/"):
            name = says["output"][3:]
            program = next((known for known in programs if known.name == name), None)
            if program is None:
                program = Program(name)
                programs.append(program)
            program.blocks.append((block, "", "", False, []))
            note(block.page, block.line, "output compared", name)
            continue
        if language in (None, "") and not ({"from", "in"} & set(says)):
            continue
        if language not in ("cpp", "c++", "cc", "cxx", "", None) and "from" not in says:
            continue
        if any(word.startswith("not:") for word in says):
            continue
        if "from" in says:
            file = root / says["from"]
            lost = excerpts.missing(block.lines, file.read_text()) if file.is_file() else "the file"
            note(block.page, block.line, "excerpt", f"stands in {says['from']}")
            if lost is not None:
                report(block.page, block.line, f"excerpt of {says['from']}", f"not there: {lost}", "its lines")
            continue
        if "in" in says:
            name = says["in"].strip()
            file = root / "tests/docs" / name
            if not file.is_file():
                report(block.page, block.line, f"in {name}", "no such file", "a program in tests/docs")
                continue
            program = next((known for known in programs if known.name == name), None)
            if program is None:
                program = Program(name, mpi="mpi.h" in file.read_text())
                programs.append(program)
            program.blocks.append((block, "", "", False, []))
            note(block.page, block.line, "C++ run", f"in tests/docs/{name}")
            continue
        if not ({"with", "then", "continues", "include"} & set(says)):
            if sources is None:
                sources = [(file, file.read_text()) for file in excerpts.linked_sources(page, root)]
            found = next((file for file, text in sources if excerpts.missing(block.lines, text) is None), None)
            if found:
                note(block.page, block.line, "excerpt", f"stands in {found.relative_to(root.resolve())}")
                continue
        if re.search(r"^int main\(", "\n".join(block.lines), re.MULTILINE):
            whole = Program(f"whole_{page.name}_{block.line}")
            whole.blocks.append((block, "", "", False, []))
            programs.append(whole)
            note(block.page, block.line, "C++ run", "as it stands")
            continue
        alone.blocks.append((block, says.get("with", ""), says.get("then", ""), "continues" in says, says.get("include", "").split()))
        note(block.page, block.line, "C++ run", "as a function, " + (says.get("with") or "alone"))
    if alone.blocks:
        programs.append(alone)


def numbered(block):
    return f'#line {block.line} "{block.page}"\n' + "\n".join(block.lines) + "\n"


def source_of_page(program):
    includes, bodies, calls = [], [], []
    for block, before, after, continues, headers in program.blocks:
        text = []
        includes += [f"#include {header}" for header in headers]
        for row in block.lines:
            if row.startswith("#include"):
                includes.append(row)
            text.append("" if row.startswith("#include") else row)
        body = f'#line {block.line - 1 - before.count(chr(10))} "{block.page}"\n{before}\n#line {block.line} "{block.page}"\n' + "\n".join(text) + f'\n#line {block.line - 1} "{block.page}"\n{after}\n'
        if continues and bodies:
            kind, first, sofar, call = bodies[-1]
            bodies[-1] = (kind, first, sofar + body, call)
        else:
            bodies.append(("in", block, body, None))
    text = "".join(dict.fromkeys(row + "\n" for row in includes)) + "using namespace gradzoo;\n"
    text += "#define CHECK(what) do { if (!(what)) throw std::runtime_error(\"not so: \" #what); } while (false)\n"
    for kind, block, body, call in bodies:
        call = f"block_{block.line}()"
        text += f"static void {call} {{\n{body}}}\n"
        calls.append((block, f"if (which == {block.line}) {call};"))
    text += "int main(int, char** argv) {\n  const int which = std::atoi(argv[1]);\n  try {\n    "
    text += "\n    ".join(call for _, call in calls)
    text += "\n  } catch (const std::exception& error) {\n    std::fprintf(stderr, \"%s\\n\", error.what());\n"
    text += "    return 1;\n  }\n  return 0;\n}\n"
    return text, [block for block, _ in calls]


def source_in_file(program, root):
    """The file with the blocks in it, whose #includes go to its top; one of a file that the page makes up is dropped."""
    blocks = [block for block, *_ in program.blocks]
    lines, out, used = (root / "tests/docs" / program.name).read_text().split("\n"), [], 0
    top, made_up = [], program.name.replace(".cpp", ".h")
    for number, line in enumerate(lines, 1):
        if line.strip() == "//! block" and used < len(blocks):
            block = blocks[used]
            rows = ["" if row.startswith(("#include", "#pragma once")) else row for row in block.lines]
            top += [row for row in block.lines if row.startswith("#include") and f"/{made_up}" not in row]
            out.append(f'#line {block.line} "{block.page}"\n' + "\n".join(rows) +
                       f'\n#line {number + 1} "tests/docs/{program.name}"')
            used += 1
        else:
            out.append(line)
    text = "\n".join(top) + f'\n#line 1 "tests/docs/{program.name}"\n' + "\n".join(out)
    return text, blocks if used == len(blocks) else None


def build(programs, work, root, cmake_fences, report, mpi, again=False):
    """Writes a project that finds the installed package, builds it, and gives what may be run: (block, words)."""
    prefix, project = work / "prefix", work / ("cpp_again" if again else "cpp")
    project.mkdir(parents=True, exist_ok=True)
    text = "cmake_minimum_required(VERSION 3.25)\nproject(pages LANGUAGES CXX)\nset(CMAKE_CXX_STANDARD 20)\n"
    text += "if(NOT TARGET gradzoo::gradzoo)\n  find_package(gradzoo REQUIRED)\nendif()\n"
    (project / "all.h").write_text("#include <cstdio>\n#include <cstdlib>\n#include <stdexcept>\n"
                                   "#include <fmt/core.h>\n#include <gradzoo/gradzoo.h>\n")
    if mpi:
        text += "find_package(MPI REQUIRED COMPONENTS CXX)\n"
    text += "add_executable(headers headers.cpp)\ntarget_link_libraries(headers PRIVATE gradzoo::gradzoo)\n"
    text += "target_precompile_headers(headers PRIVATE all.h)\n"
    (project / "headers.cpp").write_text("int main() {}\n")
    # A page's own lines of CMake, in a project beside.
    for number, block in enumerate(cmake_fences):
        folder = project / f"cmake_{number}"
        folder.mkdir(exist_ok=True)
        (folder / "main.cpp").write_text("#include <gradzoo/gradzoo.h>\nint main() { return gradzoo::scalar(0).item() != 0; }\n")
        begin = ("cmake_minimum_required(VERSION 3.25)\nproject(my_program LANGUAGES CXX)\n"
                 "add_executable(my_program main.cpp)\n")
        lines = "\n".join(block.lines) + "\n"
        (folder / "CMakeLists.txt").write_text(lines if "add_executable" in lines else begin + lines)
    runs = []
    for number, program in enumerate(programs):
        if program.mpi and not mpi:
            continue
        target = f"program_{number}"
        if program.name.startswith("page_"):
            source, blocks = source_of_page(program)
            words = [[str(project / "build" / target), str(block.line)] for block in blocks]
        elif program.name.startswith("examples/"):
            source, blocks = (root / program.name).read_text(), [block for block, *_ in program.blocks]
            words = [[str(project / "build" / target)]] * len(blocks)
        elif program.name.startswith("whole_"):
            block = program.blocks[0][0]
            source, blocks, words = numbered(block), [block], [[str(project / "build" / target)]]
        else:
            source, blocks = source_in_file(program, root)
            if blocks is None:
                block = program.blocks[-1][0]
                report(block.page, block.line, f"in {program.name}", "it has fewer lines `//! block`", "one a block")
                continue
            words, blocks = [[str(project / "build" / target)]], blocks[:1]
            if program.mpi:
                words = [["mpirun", "--oversubscribe", "-n", "2", *words[0]]]
        (project / f"{target}.cpp").write_text(source)
        text += f"add_executable({target} {target}.cpp)\ntarget_link_libraries({target} PRIVATE gradzoo::gradzoo)\n"
        if "//! tree" in source:  # compiled as the tree's own files are
            text += f"target_include_directories({target} BEFORE PRIVATE \"{root}\")\n"
        else:
            text += f"target_precompile_headers({target} REUSE_FROM headers)\n"
        if program.mpi:
            text += f"target_link_libraries({target} PRIVATE MPI::MPI_CXX)\n"
            text += f"target_compile_definitions({target} PRIVATE OMPI_SKIP_MPICXX)\n"
        runs += list(zip(blocks, words))
    (project / "CMakeLists.txt").write_text(text)
    ready = []
    for folder in [project] + [project / f"cmake_{number}" for number in range(len(cmake_fences))]:
        made = subprocess.run(["cmake", "-S", str(folder), "-B", str(folder / "build"), f"-DCMAKE_PREFIX_PATH={prefix}",
                               "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS=-O0 -g0"], capture_output=True, text=True)
        if made.returncode == 0:
            made = subprocess.run(["cmake", "--build", str(folder / "build"), "--", "-k", "-j2"], capture_output=True, text=True)
        if made.returncode and folder == project:
            bad = tell_errors(made.stdout + made.stderr, programs, root, report)
            rest = [program for program in programs if program.name.startswith("page_") and
                    any(block in bad for block, *_ in program.blocks)]
            for program in rest:
                program.blocks = [part for part in program.blocks if part[0] not in bad]
            rest = [program for program in rest if program.blocks]
            if rest and not again:
                ready += build(rest, work, root, [], report, mpi, again=True)
        elif made.returncode:
            block = cmake_fences[int(folder.name.split("_")[1])]
            report(block.page, block.line, "cmake", made.stderr.strip()[-300:], "a project that builds")
        elif folder != project:
            block = cmake_fences[int(folder.name.split("_")[1])]
            target = re.search(r"add_executable\((\w+)", (folder / "CMakeLists.txt").read_text()).group(1)
            ready.append((block, [str(folder / "build" / target)]))
    return [(block, words) for block, words in runs
            if os.path.exists(words[0]) or words[0] == "mpirun" and os.path.exists(words[-1])] + ready


def tell_errors(output, programs, root, report):
    told, bad = set(), []
    for line in output.split("\n"):
        error = ERROR.match(line)
        if not error:
            continue
        name, number, said = error.groups()
        if name.startswith(str(root)):
            name = name[len(str(root)) + 1:]
        blocks = [block for program in programs for block, *_ in program.blocks if block.page == name and
                  block.line - 4 <= int(number) <= block.line + len(block.lines)]
        place = (name, blocks[0].line) if blocks else (name, int(number))
        bad += blocks
        if place not in told:
            told.add(place)
            report(name, int(number), "C++", said, "a program")
    if not told:
        report("tools/check_docs", 1, "build of the C++ blocks", output.strip()[-600:], "a build")
    return bad


def run(ready, work, environment, report):
    for number, (block, words) in enumerate(ready):
        folder = work / "cpp_runs" / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            ran = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
            if any(said.startswith("output of examples/") for _, said in block.markers):
                lines = [line.strip() for line in (ran.stdout + ran.stderr).split("\n")]
                for at, line in enumerate(block.lines):
                    if line.strip() and line.strip() not in lines:
                        report(block.page, block.line + at, "output", (lines or ["nothing"])[0], line.strip())
            elif ran.returncode:
                said = (ran.stderr.strip() or ran.stdout.strip() or "nothing").split("\n")[-1]
                report(block.page, block.line, "C++", f"ended with {ran.returncode}: {said}", "an end with 0")
        except subprocess.TimeoutExpired:
            report(block.page, block.line, "C++", "took longer than a minute", "seconds")
