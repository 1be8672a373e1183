# Header-only libraries that our sources include and our public headers do not: needed to build gradzoo, not to use it.

# gradzoo_find_header(target header package): gives the target the folder where the header is found.
function(gradzoo_find_header target header package)
  string(MAKE_C_IDENTIFIER "GRADZOO_${header}_DIR" variable)
  find_path(${variable} ${header})
  mark_as_advanced(${variable})
  if(NOT ${variable})
    gradzoo_missing("${header}" ${package})
  endif()
  target_include_directories(${target} SYSTEM INTERFACE "${${variable}}")
endfunction()

add_library(gradzoo_headers INTERFACE)
gradzoo_find_header(gradzoo_headers nlohmann/json.hpp nlohmann-json3-dev)
gradzoo_find_header(gradzoo_headers CLI/CLI.hpp libcli11-dev)
gradzoo_find_header(gradzoo_headers Random123/philox.h librandom123-dev)
gradzoo_find_header(gradzoo_headers stb/stb_image_write.h libstb-dev)
gradzoo_find_header(gradzoo_headers boost/math/special_functions/polygamma.hpp libboost-dev)

if(GRADZOO_TESTS)
  add_library(gradzoo_test_headers INTERFACE)
  gradzoo_find_header(gradzoo_test_headers doctest/doctest.h doctest-dev)
endif()
