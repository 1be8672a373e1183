# Header-only libraries that our sources include and our public headers do not: needed to build gradzoo, not to use it.

# gradzoo_find_header(header package [suffix...]): adds the header's folder to the target gradzoo_headers.
add_library(gradzoo_headers INTERFACE)
function(gradzoo_find_header header package)
  string(MAKE_C_IDENTIFIER "GRADZOO_${header}_DIR" variable)
  find_path(${variable} ${header} PATH_SUFFIXES ${ARGN})
  mark_as_advanced(${variable})
  if(NOT ${variable})
    gradzoo_missing("${header}" ${package})
  endif()
  target_include_directories(gradzoo_headers SYSTEM INTERFACE "${${variable}}")
endfunction()

gradzoo_find_header(nlohmann/json.hpp nlohmann-json3-dev)
gradzoo_find_header(CLI/CLI.hpp libcli11-dev)
gradzoo_find_header(Random123/philox.h librandom123-dev)
gradzoo_find_header(stb/stb_image_write.h libstb-dev)
gradzoo_find_header(boost/math/special_functions/polygamma.hpp libboost-dev)
