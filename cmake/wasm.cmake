# A build by emscripten, for the web page: tools/playground. There are no threads that a page from any server may start, no
# OpenBLAS, and none of the libraries that read files; what they do is left out, or said to be missing
# (tools/playground/stand_ins.cpp). Libraries of headers alone are the system's.
set(GRADZOO_BLAS own)
set(GRADZOO_THREADS OFF)
set(GRADZOO_TESTS OFF)
set(GRADZOO_SHARED OFF)
set(GRADZOO_OPENMP "")
set(GRADZOO_OPENBLAS "")
set(GRADZOO_FILE_LIBRARIES "")
set(GRADZOO_ZLIB "")
set(GRADZOO_STANDS_IN "/images/(byte_reader|exif|picture|sha256|zip)\\.cpp$" "/classifier/digits\\.cpp$" "/plot/deflate\\.cpp$")

set(GRADZOO_ABOVE_FLOORS experiments)  # some files of it

# By links, since the system's other headers are not this compiler's.
set(system_headers "${PROJECT_BINARY_DIR}/system_headers")
file(MAKE_DIRECTORY "${system_headers}")
foreach(name fmt hwy boost Random123 nlohmann stb CLI)
  file(CREATE_LINK "/usr/include/${name}" "${system_headers}/${name}" SYMBOLIC)
endforeach()
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE BOTH)
list(PREPEND CMAKE_PREFIX_PATH "${system_headers}")
list(PREPEND CMAKE_INCLUDE_PATH "${system_headers}")

add_library(fmt::fmt-header-only INTERFACE IMPORTED GLOBAL)
target_include_directories(fmt::fmt-header-only SYSTEM INTERFACE "${system_headers}")
target_compile_definitions(fmt::fmt-header-only INTERFACE FMT_HEADER_ONLY)
set(GRADZOO_FMT fmt::fmt-header-only)
add_library(gradzoo_dependency::Highway INTERFACE IMPORTED GLOBAL)
target_include_directories(gradzoo_dependency::Highway SYSTEM INTERFACE "${system_headers}")
target_compile_definitions(gradzoo_dependency::Highway INTERFACE HWY_COMPILE_ONLY_STATIC)

add_compile_options(-fwasm-exceptions -msimd128)
add_link_options(-fwasm-exceptions)

# gradzoo_playground(): the engine as a module of the page's worker, build/wasm/playground.js and .wasm.
function(gradzoo_playground)
  file(GLOB sources CONFIGURE_DEPENDS tools/playground/*.cpp)
  file(GLOB labs CONFIGURE_DEPENDS experiments/labs/*.cpp)
  add_executable(playground ${sources} ${labs} experiments/config_file.cpp experiments/draw_picture.cpp experiments/open_model.cpp)
  set_target_properties(playground PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  set_source_files_properties(${sources} PROPERTIES UNITY_GROUP playground)
  set_source_files_properties(${labs} PROPERTIES UNITY_GROUP labs)
  target_include_directories(playground PRIVATE "${public_headers}" "${PROJECT_SOURCE_DIR}" "${GRADZOO_GENERATED_DIR}")
  target_link_libraries(playground PRIVATE gradzoo_models gradzoo_plot gradzoo_explain gradzoo_flags gradzoo_nlohmann)
  target_link_options(playground PRIVATE -O2 -lembind -sMODULARIZE -sEXPORT_NAME=gradzoo -sENVIRONMENT=web,worker,node
                      -sALLOW_MEMORY_GROWTH -sDYNAMIC_EXECUTION=0 -sSTACK_SIZE=1MB -sMAXIMUM_MEMORY=1GB)
endfunction()
