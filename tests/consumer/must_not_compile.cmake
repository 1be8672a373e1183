# What a user must be told of by the compiler, or must not meet: each of these is refused for the reason given.
# must_not_compile(name reason code)
function(must_not_compile name reason code)
  try_compile(compiled SOURCE_FROM_CONTENT "${name}.cpp" "#include <gradzoo.h>\n${code}\n"
              LINK_LIBRARIES gradzoo::gradzoo COMPILE_DEFINITIONS -Werror=unused-result CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON
              OUTPUT_VARIABLE output)
  if(compiled)
    message(FATAL_ERROR "${name} compiles, and must not")
  endif()
  if(NOT output MATCHES "${reason}")
    message(FATAL_ERROR "${name} is refused, but not for '${reason}': ${output}")
  endif()
endfunction()

foreach(header autograd/tensor.h nn/layers/module.h samplers/chains.h datasets/dataset.h models/registry.h experiments/zoo.h)
  string(MAKE_C_IDENTIFIER "claims_${header}" name)
  must_not_compile(${name} "no folder of ours" "#if !__has_include(\"${header}\")\n#error no folder of ours\n#endif")
endforeach()

must_not_compile(no_grad "nodiscard" "void f() { gradzoo::NoGrad(); }")
must_not_compile(tape "nodiscard" "void f() { gradzoo::Tape(); }")
must_not_compile(gradcheck "nodiscard" "void f(const gradzoo::Tensor& x) { gradzoo::gradcheck(gradzoo::square, x); }")
must_not_compile(
  gradcheck_op "nodiscard"
  "#include <gradzoo/autograd/check/op_checks.h>\nvoid f() { gradzoo::listed_ops()[0].check(2)\; }"
)
