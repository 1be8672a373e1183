# Writes COMMIT_HEADER, which has the commit of the sources, with a + if they differ from it. Rows of the ledger name it.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND git -C "${CMAKE_CURRENT_LIST_DIR}" describe --always --dirty=+
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit "an unknown commit")
endif()
# Writes only what has changed, so that nothing is compiled again without need.
file(CONFIGURE OUTPUT "${COMMIT_HEADER}" @ONLY CONTENT
     "#pragma once\n\nnamespace gradzoo {\ninline constexpr const char* kCommit = \"@commit@\";\n}  // namespace gradzoo\n")
