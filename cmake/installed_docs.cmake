# The documentation as it is installed: README.md and docs/ at the same places towards each other as here, and with
# them every file of the tree that they link to, so that no link is dead where there is no source tree.
# cmake -D SOURCE_DIR=... -D OUTPUT_DIR=... -P installed_docs.cmake
cmake_minimum_required(VERSION 3.25)

# add(path): a file or folder of the tree, at the same place below OUTPUT_DIR.
function(add path)
  cmake_path(GET path PARENT_PATH folder)
  file(COPY "${SOURCE_DIR}/${path}" DESTINATION "${OUTPUT_DIR}/${folder}" NO_SOURCE_PERMISSIONS)
endfunction()

file(GLOB_RECURSE pages RELATIVE "${SOURCE_DIR}" "${SOURCE_DIR}/docs/*.md" "${SOURCE_DIR}/course/pages/*.md")
list(APPEND pages README.md CONTRIBUTING.md)
foreach(page IN LISTS pages)
  add("${page}")
  cmake_path(GET page PARENT_PATH folder)
  file(READ "${SOURCE_DIR}/${page}" text)
  # Brackets and semicolons mean something in CMake's lists.
  string(REPLACE "](" "<link:" text "${text}")
  string(REGEX REPLACE "[][;]" " " text "${text}")
  string(REGEX MATCHALL "<link:[^()# \n]+" links "${text}")
  foreach(link IN LISTS links)
    string(REPLACE "<link:" "" link "${link}")
    set(target "${folder}/${link}")
    string(REGEX REPLACE "^/" "" target "${target}")
    cmake_path(NORMAL_PATH target)
    string(REGEX REPLACE "/$" "" target "${target}")
    if(EXISTS "${SOURCE_DIR}/${target}")  # in code, "](" begins a lambda's parameters
      add("${target}")
    endif()
  endforeach()
endforeach()
