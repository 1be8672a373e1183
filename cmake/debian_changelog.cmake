# docs/changelog.md in the form of Debian's changelogs, compressed: "## 0.2.0 (2026-11-24)" and what is listed below it.
# cmake -D CHANGELOG=... -D OUTPUT=... -D MAINTAINER=... -D VERSION=... -P debian_changelog.cmake
cmake_minimum_required(VERSION 3.25)

file(READ "${CHANGELOG}" text)
string(REPLACE ";" "," text "${text}")
string(REGEX REPLACE "\\[([^]]*)\\]\\([^)]*\\)" "\\1" text "${text}")  # a link is its words
string(REGEX MATCHALL "[^\n]+" lines "${text}")
set(out "")
set(signature "")
foreach(line IN LISTS lines)
  if(line MATCHES "^## ([0-9.]+) \\(([0-9-]+)\\)$")
    set(version "${CMAKE_MATCH_1}")
    if(NOT out AND NOT version STREQUAL VERSION)
      message(FATAL_ERROR "docs/changelog.md begins with ${version}, and this is ${VERSION}. Hint: an entry for it")
    endif()
    execute_process(COMMAND date --utc --rfc-email "--date=${CMAKE_MATCH_2}" OUTPUT_VARIABLE date
                    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    string(APPEND out "${signature}gradzoo (${version}) unstable; urgency=medium\n\n")
    set(signature "\n -- ${MAINTAINER}  ${date}\n\n")
  elseif(signature AND line MATCHES "^- (.*)$")
    string(APPEND out "  * ${CMAKE_MATCH_1}\n")
  elseif(signature)
    string(APPEND out "  ${line}\n")
  endif()
endforeach()
file(WRITE "${OUTPUT}" "${out}${signature}")
execute_process(COMMAND gzip -9nf "${OUTPUT}" COMMAND_ERROR_IS_FATAL ANY)
