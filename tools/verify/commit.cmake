# Writes COMMIT_HEADER: the commit of the sources, with + where they differ from it, for rows of the ledger's page.
execute_process(COMMAND git -C "${CMAKE_CURRENT_LIST_DIR}" describe --always --dirty=+
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit "an unknown commit")
endif()
set(text "#pragma once\n\nnamespace gradzoo {\ninline constexpr const char* kCommit = \"${commit}\";\n}  // namespace gradzoo\n")
if(EXISTS "${COMMIT_HEADER}")
  file(READ "${COMMIT_HEADER}" before)
endif()
if(NOT before STREQUAL text)
  file(WRITE "${COMMIT_HEADER}" "${text}")
endif()
