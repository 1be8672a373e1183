# What is built takes no code from the current directory, and leaves a user's own names and start-up alone.
# cmake -D BINARY_DIR=... -D LIBRARIES=a,b,... -D READELF=... -D NM=... -P binaries_test.cmake
cmake_minimum_required(VERSION 3.25)

set(failures "")
set(programs "${BINARY_DIR}/gradzoo" "${BINARY_DIR}/gradzoo-lab" "${BINARY_DIR}/consumer/build/consumer"
             "${BINARY_DIR}/consumer/prefix/bin/gradzoo" "${BINARY_DIR}/consumer/prefix/libexec/gradzoo/gradzoo-lab")
file(GLOB tests "${BINARY_DIR}/tests/*_tests")
foreach(program IN LISTS programs tests)
  if(NOT EXISTS "${program}")
    string(APPEND failures "${program}: is missing\n")
    continue()
  endif()
  execute_process(COMMAND "${READELF}" -d "${program}" OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "(RUNPATH|RPATH)\\)[^\n]*\\[[^\n]*\\]" paths "${dynamic}")
  foreach(entry IN LISTS paths)
    string(REGEX REPLACE ".*\\[(.*)\\]" "\\1" folders "${entry}")
    # An element that is empty or begins elsewhere than at / or the program is looked for where the user stands.
    string(REPLACE "$ORIGIN" "/" folders "${folders}")
    if(":${folders}:" MATCHES ":[^/]")
      string(APPEND failures "${program}: looks for libraries in '${folders}'\n")
    endif()
  endforeach()
endforeach()

# Strong symbols outside of our namespace could collide with a user's own.
string(REPLACE "," ";" LIBRARIES "${LIBRARIES}")
foreach(library IN LISTS LIBRARIES)
  execute_process(COMMAND "${NM}" -C "${library}" OUTPUT_VARIABLE symbols ERROR_QUIET)
  string(REGEX MATCHALL "[0-9a-f]+ [TDBR] [^\n]*" strong "${symbols}")
  list(FILTER strong EXCLUDE REGEX "gradzoo::")
  if(strong)
    string(APPEND failures "${library}: defines ${strong}\n")
  endif()
  # The engine can be had without what reads files, command lines and pictures.
  if(library MATCHES "gradzoo_(base|kernels|autograd)[.]" AND symbols MATCHES
                                                            "(CLI::|nlohmann::|inflate|SHA256|stbi_|png_|tjDecompress|zip_open)[^\n]*")
    string(APPEND failures "${library}: knows ${CMAKE_MATCH_0}\n")
  endif()
endforeach()

# A program that uses no special function has none of Boost's tables, which are computed before main.
execute_process(COMMAND "${NM}" -C "${BINARY_DIR}/consumer/build/consumer" OUTPUT_VARIABLE symbols)
if(symbols MATCHES "boost::[^\n]*_initializer<")
  string(APPEND failures "consumer: has static initialisers of Boost\n")
endif()

if(failures)
  message(FATAL_ERROR "${failures}")
endif()
