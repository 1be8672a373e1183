# A user's program outside the tree: install gradzoo into a fresh prefix, find it there, build the program, run it.
# cmake -D BINARY_DIR=... -D SOURCE_DIR=... -D CXX=... -D BUILD_TYPE=... -P consumer_test.cmake
cmake_minimum_required(VERSION 3.25)

set(work "${BINARY_DIR}/consumer")
file(REMOVE_RECURSE "${work}")
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run("${CMAKE_COMMAND}" --install "${BINARY_DIR}" --prefix "${work}/prefix")
run("${CMAKE_COMMAND}" -S "${SOURCE_DIR}/consumer" -B "${work}/build" "-DCMAKE_PREFIX_PATH=${work}/prefix"
    "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}")
run("${CMAKE_COMMAND}" --build "${work}/build")
run("${work}/build/consumer")
