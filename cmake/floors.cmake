# Every floor is a library of its own, linked with the floors below it and with what it needs from outside: what a floor
# must not know, it cannot be linked with.

# gradzoo_floor(name FOLDERS folder... [OF floor] [WITHOUT regex...] [OPTIMISE level] [HEADERS_OF owner]
#               [PUBLIC target...] [PRIVATE target...]):
# the library gradzoo_<name> of all .cpp files in these folders but those whose path matches a regex, in a build that has
# the floor of that name, or the one that it is a part OF. OPTIMISE is the level of a release build, -O3 by default.
# HEADERS_OF shares the precompiled headers of another floor, which must be compiled with the same options.
function(gradzoo_floor name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OF;OPTIMISE;HEADERS_OF" "FOLDERS;WITHOUT;PUBLIC;PRIVATE")
  if(NOT name IN_LIST floors AND NOT arg_OF IN_LIST floors)
    return()
  endif()
  set(target gradzoo_${name})
  list(TRANSFORM arg_FOLDERS PREPEND "${PROJECT_SOURCE_DIR}/" OUTPUT_VARIABLE globs)
  list(TRANSFORM globs APPEND "/*.cpp")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${globs})
  foreach(regex IN LISTS arg_WITHOUT)
    list(FILTER sources EXCLUDE REGEX "${regex}")
  endforeach()
  add_library(${target} ${sources})
  add_library(gradzoo::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(
    ${target} PUBLIC "$<BUILD_INTERFACE:${public_headers}>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
    PRIVATE "${PROJECT_SOURCE_DIR}" "${GRADZOO_GENERATED_DIR}")
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} "$<BUILD_INTERFACE:gradzoo_flags>")
  if(GRADZOO_FUZZ)  # a fuzzer is compiled longer than it runs
    target_compile_options(${target} PRIVATE -O0)
  elseif(GRADZOO_SANITIZE)
    target_compile_options(${target} PRIVATE -O1)
  elseif(arg_OPTIMISE)
    target_compile_options(${target} PRIVATE "$<$<CONFIG:Release>:${arg_OPTIMISE}>")
  endif()
  # Parsed once rather than in every file. Files still include what they use: the clang preset does without.
  if(arg_HEADERS_OF)
    target_precompile_headers(${target} REUSE_FROM gradzoo_${arg_HEADERS_OF})
  else()
    target_precompile_headers(${target} PRIVATE <algorithm> <array> <cmath> <cstdint> <memory> <optional> <span>
                              <string> <string_view> <utility> <vector> <fmt/format.h>)
  endif()
  # A release build, and one with the sanitizers, compiles the files of a folder at a time, but for kernels: these
  # compile themselves once an instruction set.
  if(CMAKE_BUILD_TYPE STREQUAL "Release" OR GRADZOO_SANITIZE)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    foreach(source IN LISTS sources)
      # Special functions are linked by programs that use them, or the list of all ops: Boost computes tables before
      # main.
      if(NOT source MATCHES "/autograd/(kernels/|ops/special|check/op_list)")
        cmake_path(GET source PARENT_PATH folder)
        set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${folder}")
      endif()
    endforeach()
  endif()
  if(NOT GRADZOO_SHARED)
    install(TARGETS ${target} EXPORT gradzoo-targets)
  endif()
  set_property(GLOBAL APPEND PROPERTY GRADZOO_FLOOR_TARGETS ${target})
endfunction()
