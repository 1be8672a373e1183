# The manual pages, as the program writes them of its own descriptions: gradzoo.1, and one a command.
# cmake -D PROGRAM=.../gradzoo -D OUTPUT_DIR=... -P manual.cmake
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${OUTPUT_DIR}")
file(MAKE_DIRECTORY "${OUTPUT_DIR}")

# page(words... ): `gradzoo words --man` as gradzoo-words.1.gz
function(page)
  list(JOIN ARGN "-" name)
  set(name "gradzoo-${name}")
  string(REGEX REPLACE "-$" "" name "${name}")
  execute_process(COMMAND "${PROGRAM}" ${ARGN} --man OUTPUT_FILE "${OUTPUT_DIR}/${name}.1" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

page()
execute_process(COMMAND "${PROGRAM}" --complete "" OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE ";" "," lines "${lines}")
string(REGEX MATCHALL "[^\n]+" lines "${lines}")
foreach(line IN LISTS lines)
  string(REGEX REPLACE "\t.*" "" command "${line}")
  if(NOT command MATCHES "^-")
    page(${command})
  endif()
endforeach()
page(data check)
page(data convert)

file(GLOB pages "${OUTPUT_DIR}/*.1")
execute_process(COMMAND gzip -9n ${pages} COMMAND_ERROR_IS_FATAL ANY)
