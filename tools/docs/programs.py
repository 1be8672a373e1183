"""For tools/check_docs: C++, CMake and Python of the pages, built against the installed library, and run."""
import os
import re
import subprocess
from dataclasses import dataclass

HEADERS = "#include <cstdio>\n#include <stdexcept>\n#include <fmt/core.h>\n#include <gradzoo.h>\n"
ROUNDING = re.compile(r"\d(\.\d+)?e-(0[89]|[1-9]\d)\b")  # an error below 1e-7: each processor has its own
CHECK = '#define CHECK(what) if (!(what)) throw std::runtime_error("not so: " #what)\n'
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(pages LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(gradzoo REQUIRED)
add_executable(headers headers.cpp)
target_link_libraries(headers PRIVATE gradzoo::gradzoo)
target_precompile_headers(headers PRIVATE all.h)
"""
EXECUTABLE = """add_executable({0} {0}.cpp)
target_link_libraries({0} PRIVATE gradzoo::gradzoo)
"""
MPI = """find_package(MPI REQUIRED COMPONENTS CXX)
target_link_libraries({0} PRIVATE MPI::MPI_CXX)
target_compile_definitions({0} PRIVATE OMPI_SKIP_MPICXX)
"""


@dataclass
class Program:
    page: object
    part: object
    name: str
    source: str
    output: bool = False  # the block is what the program prints


def squeezed(lines):
    return "\n" + "\n".join(" ".join(line.split()) for line in lines if line.strip()) + "\n"


def is_quotation(page, part):
    """Whether the block stands in a file of code to which the page links, but for what `...` leaves out."""
    for target in re.findall(r"\]\(([^)\s#]+\.(?:h|cpp|py|txt|cmake))", "\n".join(page.prose)):
        file = (page.root / page.name).parent / target
        text, at = squeezed(file.read_text().split("\n")) if file.is_file() else "", 0
        for piece in re.split(r"\n(?:// )?\.\.\.\n", squeezed(part.lines)):
            at = text.find("\n" + piece.strip("\n") + "\n", at) if at >= 0 else at
        if at >= 0:
            return True
    return False


def alone(page, part):
    """The block as a program: as it stands where it has a main, else as the body of one."""
    place, lines = f'#line {part.line} "{page.name}"\n', part.lines
    if re.search(r"^int main\(", "\n".join(lines), re.M):
        return place + "\n".join(lines) + "\n"
    tops = [f"#include {name}" for name in (part.said("include") or "").split()]
    tops += [row for row in lines if row.startswith("#include")]
    body = "\n".join("" if row.startswith("#include") else row for row in lines)
    return "\n".join(tops) + f"\n{HEADERS}{CHECK}using namespace gradzoo;\n" + \
        f"int main() try {{\n{part.said('with') or ''}\n" + \
        f"{place}{body}\n{part.said('then') or ''}\n}} catch (const std::exception& error) {{\n" + \
        '  std::fprintf(stderr, "%s\\n", error.what());\n  return 1;\n}\n'


def put_in(page, part, source, name):
    """The program of tests/docs with the block in its next place; its #includes go to the top."""
    made_up = f'/{name.removesuffix(".cpp")}.h"'
    tops = "".join(row + "\n" for row in part.lines if row.startswith("#include") and made_up not in row)
    body = "\n".join("" if row.startswith(("#include", "#pragma")) else row for row in part.lines)
    return tops + re.sub(r"^ *//! block$", lambda _: f'#line {part.line} "{page.name}"\n{body}', source,
                         count=1, flags=re.M)


def sort(pages, root, report, note):
    """The programs of all pages, and their blocks of CMake."""
    programs, cmakes = [], []
    for page, part in ((page, part) for page in pages for part in page.parts if part.kind == "block"):
        told = lambda did: note(page, part.line, did, part.lines[0].strip()[:60])
        into, output = part.said("in"), part.said("output of")
        if part.said("not:"):
            told("left out")
        elif output:
            programs.append(Program(page, part, output, (root / output).read_text(), True))
            told("output")
        elif into:
            known = next((program for program in programs if program.name == into), None)
            if not known:
                known = Program(page, part, into, (root / "tests/docs" / into).read_text())
                programs.append(known)
            if "//! block" not in known.source:
                report(page, part.line, f"in {into}", "it has fewer lines `//! block`")
            known.source = put_in(page, part, known.source, into)
            told(f"C++ in {into}")
        elif part.language in ("cpp", "c++"):
            quoted = not any(part.said(verb) for verb in ("with", "then", "include")) and is_quotation(page, part)
            if not quoted:
                programs.append(Program(page, part, "", alone(page, part)))
            told("quotation" if quoted else "C++")
        elif part.language in ("cmake", "python"):
            cmakes.append((page, part))
            told(part.language)
        elif part.fenced and part.language and not part.holds_commands():
            report(page, part.line, f"a block of {part.language}", "nothing knows what it is")
    return programs, cmakes


def built(folder, prefix):
    line = f"cmake -B build -DCMAKE_PREFIX_PATH={prefix} -DCMAKE_CXX_FLAGS='-O0 -g0' && cmake --build build -- -k -j2"
    ran = subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True)
    return ran.stdout + ran.stderr if ran.returncode else ""


def run(page, part, words, folder, environment, report, output=False):
    folder.mkdir(exist_ok=True)
    ran = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=100)
    came = [ROUNDING.sub("~0", line.strip()) for line in (ran.stdout + ran.stderr).split("\n")]
    if output:
        for line in part.lines:
            if ROUNDING.sub("~0", line.strip()) not in came:
                report(page, part.line, "output", f"no line `{line.strip()}`")
    elif ran.returncode:
        report(page, part.line, words[0] if part.language == "python" else "C++",
               f"ended with {ran.returncode}: {' '.join(came)[-300:].strip()}")


def check(pages, root, build, work, environment, report, note):
    programs, others = sort(pages, root, report, note)
    project, text = work / "programs", PROJECT
    project.mkdir()
    (project / "all.h").write_text(HEADERS)
    (project / "headers.cpp").write_text("int main() {}\n")
    with_mpi = (work / "prefix/bin/gradzoo-mpi").exists()
    programs = [program for program in programs if with_mpi or "<mpi.h>" not in program.source]
    for number, program in enumerate(programs):
        (project / f"program_{number}.cpp").write_text(program.source)
        text += EXECUTABLE.format(f"program_{number}")
        if "//! tree" in program.source:  # compiled as the tree's own files are, with the kernels that users do not see
            text += f"target_include_directories(program_{number} BEFORE PRIVATE \"{root}\")\n"
            text += f"target_link_libraries(program_{number} PRIVATE \"{build}/libgradzoo_kernels.a\")\n"
        else:
            text += f"target_precompile_headers(program_{number} REUSE_FROM headers)\n"
        text += MPI.format(f"program_{number}") if "<mpi.h>" in program.source else ""
    (project / "CMakeLists.txt").write_text(text)
    wrong = built(project, work / "prefix") if programs else ""
    for number, program in enumerate(programs):
        words = [str(project / f"build/program_{number}")]
        if os.path.exists(words[0]):
            words = ["mpirun", "--oversubscribe", "-n", "2"] * ("<mpi.h>" in program.source) + words
            run(program.page, program.part, words, project / f"run_{number}", environment, report, program.output)
        else:
            places = f"{re.escape(program.page.name)}|program_{number}\\.cpp"
            errors = re.finditer(rf"(?:{places}):(\d+):\S* error: (.*)", wrong)
            said = next((each for each in errors if program.part.line - 9 < int(each[1]) <
                         program.part.line + len(program.part.lines) + 9), None)
            report(program.page, int(said[1]) if said else program.part.line, "C++", said[2] if said else wrong[-300:])
    for number, (page, part) in enumerate(others):
        folder, lines = project / f"other_{number}", "\n".join(part.lines) + "\n"
        folder.mkdir()
        if part.language == "python":
            imports = "\n".join(re.findall(r"^(?:import|from) .*", lines, re.M))
            own = {**environment, "PYTHONPATH": str(build / "python")}
            lost = subprocess.run(["/usr/bin/python3", "-c", imports], capture_output=True, env=own).returncode
            (folder / "runs").mkdir()
            (folder / "runs/vae-1").symlink_to(work / "runs/vae")
            compile(lines, page.name, "exec")
            if not lost:
                run(page, part, ["/usr/bin/python3", "-c", lines], folder, own, report)
            continue
        (folder / "main.cpp").write_text("#include <gradzoo.h>\nint main() { return 0; }\n")
        begin = "cmake_minimum_required(VERSION 3.25)\nproject(mine LANGUAGES CXX)\n"
        begin += "add_executable(my_program main.cpp)\n"
        (folder / "CMakeLists.txt").write_text(lines if "add_executable" in lines else begin + lines)
        if said := built(folder, work / "prefix"):
            report(page, part.line, "CMake", said[-300:])
