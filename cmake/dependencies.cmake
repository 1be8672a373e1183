# The libraries that gradzoo is linked with. Read by the build and, installed, by find_package(gradzoo):
# a static library passes its dependencies on to whoever links it, a shared one only what its headers include.

# gradzoo_missing(what package): notes a library that isn't there; gradzoo_report_missing() names them all and ends.
function(gradzoo_missing what package)
  set_property(GLOBAL APPEND PROPERTY GRADZOO_MISSING "${what}")
  set_property(GLOBAL APPEND PROPERTY GRADZOO_MISSING_PACKAGES "${package}")
endfunction()

function(gradzoo_report_missing)
  get_property(missing GLOBAL PROPERTY GRADZOO_MISSING)
  get_property(packages GLOBAL PROPERTY GRADZOO_MISSING_PACKAGES)
  if(missing)
    list(JOIN missing ", " missing)
    list(JOIN packages " " packages)
    message(FATAL_ERROR "gradzoo: not found: ${missing}. Hint: on Debian, apt-get install ${packages}")
  endif()
endfunction()

# gradzoo_find_library(name HEADER h LIBRARY lib PACKAGE p [SUFFIXES s...] [DEFINES d...]):
# an imported target gradzoo_dependency::name, for libraries whose own CMake packages vary between systems.
function(gradzoo_find_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER;LIBRARY;PACKAGE" "SUFFIXES;DEFINES")
  if(TARGET gradzoo_dependency::${name})
    return()
  endif()
  find_path(GRADZOO_${name}_INCLUDE_DIR ${arg_HEADER} PATH_SUFFIXES ${arg_SUFFIXES})
  # Where the linker looks by itself first: such a library needs no path in the programs that are linked with it.
  find_library(GRADZOO_${name}_LIBRARY ${arg_LIBRARY})
  find_library(GRADZOO_${name}_LIBRARY ${arg_LIBRARY} PATH_SUFFIXES ${arg_SUFFIXES})
  mark_as_advanced(GRADZOO_${name}_INCLUDE_DIR GRADZOO_${name}_LIBRARY)
  if(NOT GRADZOO_${name}_INCLUDE_DIR OR NOT GRADZOO_${name}_LIBRARY)
    gradzoo_missing(${name} ${arg_PACKAGE})
    return()
  endif()
  add_library(gradzoo_dependency::${name} UNKNOWN IMPORTED)
  set_target_properties(
    gradzoo_dependency::${name}
    PROPERTIES IMPORTED_LOCATION "${GRADZOO_${name}_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${GRADZOO_${name}_INCLUDE_DIR}"
               INTERFACE_COMPILE_DEFINITIONS "${arg_DEFINES}")
endfunction()

if(EMSCRIPTEN)
  return()
endif()

set(GRADZOO_OPENMP "")
if(GRADZOO_THREADS)
  set(GRADZOO_OPENMP OpenMP::OpenMP_CXX)
  find_package(OpenMP QUIET COMPONENTS CXX)
  if(NOT OpenMP_CXX_FOUND)
    gradzoo_missing("OpenMP for ${CMAKE_CXX_COMPILER_ID}" libomp-dev)
  endif()
endif()

find_package(fmt QUIET)
if(NOT fmt_FOUND)
  gradzoo_missing("fmt" libfmt-dev)
endif()
# A system's fmt takes strings of the system's C++ library. For another one its headers are compiled with ours.
set(GRADZOO_FMT fmt::fmt)
if(CMAKE_CXX_FLAGS MATCHES "-stdlib=libc[+][+]")
  set(GRADZOO_FMT fmt::fmt-header-only)
endif()

if(NOT GRADZOO_HEADERS_ALONE)
  set(GRADZOO_OPENBLAS "")
  if(GRADZOO_BLAS STREQUAL "openblas")
    set(GRADZOO_OPENBLAS gradzoo_dependency::OpenBLAS)
    # openblas_config.h stands beside OpenBLAS's own cblas.h, and not beside the reference BLAS's.
    gradzoo_find_library(OpenBLAS HEADER openblas_config.h LIBRARY openblas PACKAGE libopenblas-dev
                         SUFFIXES openblas-pthread openblas openblas-openmp openblas-serial)
  elseif(NOT GRADZOO_BLAS STREQUAL "own")
    message(FATAL_ERROR "gradzoo: GRADZOO_BLAS is '${GRADZOO_BLAS}'. Hint: openblas or own")
  endif()
  gradzoo_find_library(Highway HEADER hwy/highway.h LIBRARY hwy PACKAGE libhwy-dev DEFINES HWY_SHARED_DEFINE)
  gradzoo_find_library(libmd HEADER sha256.h LIBRARY md PACKAGE libmd-dev)
  gradzoo_find_library(libpng HEADER png.h LIBRARY png PACKAGE libpng-dev)
  gradzoo_find_library(libjpeg HEADER jpeglib.h LIBRARY jpeg PACKAGE libjpeg62-turbo-dev)
  gradzoo_find_library(libzip HEADER zip.h LIBRARY zip PACKAGE libzip-dev)

  # Of files: pictures, archives, sums.
  set(GRADZOO_ZLIB ZLIB::ZLIB)
  set(GRADZOO_FILE_LIBRARIES gradzoo_dependency::libmd gradzoo_dependency::libpng gradzoo_dependency::libjpeg
                             gradzoo_dependency::libzip ${GRADZOO_ZLIB})
  find_package(ZLIB QUIET)
  if(NOT ZLIB_FOUND)
    gradzoo_missing("zlib" zlib1g-dev)
  endif()
endif()
