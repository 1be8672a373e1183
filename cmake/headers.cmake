# Libraries that our sources include and our public headers do not: needed to build gradzoo, not to use it.

# gradzoo_find_header(target header package): makes the target, which has the folder where the header is found.
function(gradzoo_find_header target header package)
  string(MAKE_C_IDENTIFIER "GRADZOO_${header}_DIR" variable)
  find_path(${variable} ${header})
  mark_as_advanced(${variable})
  if(NOT ${variable})
    gradzoo_missing("${header}" ${package})
  endif()
  add_library(${target} INTERFACE)
  target_include_directories(${target} SYSTEM INTERFACE "${${variable}}")
endfunction()

gradzoo_find_header(gradzoo_nlohmann nlohmann/json.hpp nlohmann-json3-dev)
gradzoo_find_header(gradzoo_cli11 CLI/CLI.hpp libcli11-dev)
gradzoo_find_header(gradzoo_random123 Random123/philox.h librandom123-dev)
gradzoo_find_header(gradzoo_stb stb/stb_image_write.h libstb-dev)
gradzoo_find_header(gradzoo_boost boost/math/special_functions/polygamma.hpp libboost-dev)
if(GRADZOO_TESTS)
  gradzoo_find_header(gradzoo_doctest doctest/doctest.h doctest-dev)
endif()
