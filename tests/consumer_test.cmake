# A user's program outside the tree: install gradzoo into a fresh prefix, find it there, build the program, run it.
# cmake -D BINARY_DIR=... -D SOURCE_DIR=... -D CXX=... -D BUILD_TYPE=... -P consumer_test.cmake
cmake_minimum_required(VERSION 3.25)

set(work "${BINARY_DIR}/consumer")
file(REMOVE_RECURSE "${work}")
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run("${CMAKE_COMMAND}" --install "${BINARY_DIR}" --prefix "${work}/prefix")
# A program that the explorer wrote is one of a user's too: it computes what the explorer shows.
set(question --expr "sin(x^2)*exp(-y) + sum(softplus([[1,2],[3,4]]*x))" --at "x=.8,y=.3" --order 2)
run("${work}/prefix/bin/gradzoo" explain ${question} --cpp "${work}/explained.cpp")
execute_process(COMMAND "${work}/prefix/bin/gradzoo" explain ${question} OUTPUT_VARIABLE shown
                COMMAND_ERROR_IS_FATAL ANY)
run("${CMAKE_COMMAND}" -S "${SOURCE_DIR}/consumer" -B "${work}/build" "-DCMAKE_PREFIX_PATH=${work}/prefix"
    "-DEXPLAINED=${work}/explained.cpp" "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}")
run("${CMAKE_COMMAND}" --build "${work}/build")
run("${work}/build/consumer")
execute_process(COMMAND "${work}/build/explained" OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
foreach(name f f_x f_y f_xx f_xy f_yy)
  string(REGEX MATCH "\n${name} = (-?[0-9.]+)" line "${shown}")
  string(REPLACE "." "[.]" value "${CMAKE_MATCH_1}")
  # six digits of twelve, the last one perhaps rounded up
  string(REGEX REPLACE ".$" "" value "${value}")
  if(NOT line OR NOT "\n${printed}" MATCHES "\n${name} = [^=]*${value}")
    message(FATAL_ERROR "explained.cpp prints '${printed}', and not '${line}' as the explorer")
  endif()
endforeach()
