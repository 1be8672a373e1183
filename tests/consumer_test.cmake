# Users' programs outside the tree: install gradzoo into a fresh prefix, find it there, build a program of tests/ and
# all of examples/, run them.
# cmake -D BINARY_DIR=... -D SOURCE_DIR=... -D CXX=... -D BUILD_TYPE=... -D WARNING_AS_ERROR=... -P consumer_test.cmake
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
# So are the ten lines at the top of docs/own-net.md: they learn x^2 + y^2.
file(READ "${SOURCE_DIR}/../docs/own-net.md" page)
string(REGEX MATCH "```cpp\n(#include[^\n]*\nusing namespace gradzoo;)([^`]*)```" lines "${page}")
file(WRITE "${work}/ten_lines.cpp"
     "${CMAKE_MATCH_1}\nint main() {${CMAKE_MATCH_2}return mse(net(x), y).item() < 0.02 ? 0 : 1; }\n")
run("${CMAKE_COMMAND}" -S "${SOURCE_DIR}/consumer" -B "${work}/build" "-DCMAKE_PREFIX_PATH=${work}/prefix"
    "-DEXPLAINED=${work}/explained.cpp" "-DTEN_LINES=${work}/ten_lines.cpp"
    "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}")
run("${CMAKE_COMMAND}" --build "${work}/build")
run("${work}/build/consumer")
execute_process(COMMAND "${work}/build/ten_lines" WORKING_DIRECTORY "${work}" COMMAND_ERROR_IS_FATAL ANY)
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

# The examples, by the package that they find. Each fails unless it reaches what it promises, and prints it.
set(examples "${SOURCE_DIR}/../examples")
run("${CMAKE_COMMAND}" -S "${examples}" -B "${work}/examples" "-DCMAKE_PREFIX_PATH=${work}/prefix"
    "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}" "-DCMAKE_COMPILE_WARNING_AS_ERROR=${WARNING_AS_ERROR}")
cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
run("${CMAKE_COMMAND}" --build "${work}/examples" --parallel ${cores})
run("${work}/prefix/bin/gradzoo" train realnvp --data ring8 --steps 20 --out "${work}/run")
run("${work}/prefix/bin/gradzoo" sample "${work}/run" -n 100 --out "${work}/by_command.npy")
# example(name expected argument...): runs examples/name.cpp, which prints what `expected` matches.
function(example name expected)
  list(APPEND ran "${name}")
  set(ran "${ran}" PARENT_SCOPE)
  execute_process(COMMAND "${work}/examples/${name}" ${ARGN} WORKING_DIRECTORY "${work}" OUTPUT_VARIABLE printed
                  ERROR_VARIABLE printed RESULT_VARIABLE status)
  if(NOT status EQUAL 0 OR NOT printed MATCHES "${expected}")
    message(FATAL_ERROR "examples/${name}.cpp ended with ${status} and printed '${printed}'")
  endif()
  message(STATUS "${name}: ${CMAKE_MATCH_0}")
  set(printed "${printed}" PARENT_SCOPE)
endfunction()
example(check_layer "first order:  ok: 1060 derivatives up to order 1.*second order: ok")
example(own_loss "from 8 values and slopes: 0[.]00")
example(physics_informed "largest .u - sin[(]pi x[)].: [0-9.]+e-0[3-9]")
example(sample_density "means of the last states: -?0[.][01][0-9]*, [01][.][0-9]+; variances: [01][.][0-9]+, [123][.]")
example(sample_run "realnvp at step 20.*[(]100,2[)] in sample_run.npy" "${work}/run" sample_run.npy)
run("${CMAKE_COMMAND}" -E compare_files "${work}/sample_run.npy" "${work}/by_command.npy")
example(save_and_load "resumed: the same bytes, loaded: the same net")
example(thread_pool "200 of 200 answers")
example(train_own_net "epoch 40  held-out accuracy (0[.]9[5-9]|1[.])")
if(EXISTS "${work}/examples/many_processes")
  run("${CMAKE_COMMAND}" -E env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe -n 2
      "${work}/examples/many_processes")
else()
  message(STATUS "many_processes: left out, as MPI is not installed")
endif()
list(APPEND ran many_processes)
example(wrong_vjp "d output.* / d input 0.*analytic.*numeric")
# The page shows what gradcheck says of the wrong rule, word by word.
string(STRIP "${printed}" said)
foreach(text page said)  # a list would be cut at semicolons
  string(REPLACE ";" "," ${text} "${${text}}")
endforeach()
string(REPLACE "\n" ";" said "${said}")
foreach(line IN LISTS said)
  string(FIND "${page}" "\n${line}\n" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "docs/own-net.md does not have what wrong_vjp says: ${line}")
  endif()
endforeach()
file(GLOB all RELATIVE "${examples}" "${examples}/*.cpp")
list(TRANSFORM all REPLACE "[.]cpp$" "")
list(REMOVE_ITEM all ${ran})
if(all)
  message(FATAL_ERROR "nothing runs examples/${all}.cpp. Hint: a line example(...) in consumer_test.cmake")
endif()

# The lines for a notebook in docs/files.md read this run, where Debian's python3-pandas stands.
file(READ "${SOURCE_DIR}/../docs/files.md" page)
string(REGEX MATCH "```python\n([^`]*)```" lines "${page}")
string(REPLACE "runs/vae-1/" "${work}/run/" lines "${CMAKE_MATCH_1}")
file(WRITE "${work}/notebook.py" "${lines}\nprint(metrics.step.max(), config['model'], tensors['trainer.step'])\n")
execute_process(COMMAND /usr/bin/python3 -c "import pandas" RESULT_VARIABLE no_pandas ERROR_QUIET)
if(NOT no_pandas)
  execute_process(COMMAND /usr/bin/python3 "${work}/notebook.py" OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
  if(NOT printed STREQUAL "20 realnvp 20\n")
    message(FATAL_ERROR "the lines for a notebook in docs/files.md print '${printed}'")
  endif()
endif()
