# Checks one case with one compiler: cmake -D CASE=... -D COMPILER=... -D BINARY_DIR=... -P check.cmake
# The legal twin of a case that uses LibTorch is compiled with all others: see CMakeLists.txt.
# BINARY_DIR is the compiler's folder: the precompiled header lies there, and the first error line is left there
# for the page of errors.
set(ENV{LC_ALL} C)

get_filename_component(name ${CASE} NAME_WE)
file(READ ${CASE} text)

if(NOT text MATCHES "^// expect: ([^\n]+)\n")
    message(FATAL_ERROR "${CASE}: the first line has to be: // expect: <sentence>")
endif()
set(sentence "${CMAKE_MATCH_1}")

# A case that includes only core headers is compiled without any sight of LibTorch.
string(REGEX REPLACE "#include [<\"]suture/core[./][^\n]*" "" beyond_core "${text}")
if(beyond_core MATCHES "#include [<\"]suture/")
    set(flags @${BINARY_DIR}/../libtorch.flags -include ${BINARY_DIR}/libtorch.hpp)
    set(twin_is_elsewhere TRUE)
else()
    set(twin_is_elsewhere FALSE)
    set(flags @${BINARY_DIR}/../core.flags)
endif()

function(compile result_name output_name)
    execute_process(COMMAND ${COMPILER} ${flags} -fsyntax-only -Werror=unused-result ${ARGN} ${CASE}
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    set(${result_name} "${result}" PARENT_SCOPE)
    set(${output_name} "${output}" PARENT_SCOPE)
endfunction()

function(fail reason)
    message(NOTICE "${CASE}: ${reason}")
    message(FATAL_ERROR "failed")
endfunction()

if(NOT twin_is_elsewhere)
    compile(result output)
    if(NOT result EQUAL 0)
        fail("the legal twin does not compile\n${output}")
    endif()
endif()

compile(result output -DSUTURE_BAD)
if(result EQUAL 0)
    fail("compiles with SUTURE_BAD defined, and must not")
endif()
string(REGEX MATCH "[^\n]*error: [^\n]*" line "${output}")
string(FIND "${line}" "${sentence}" position)
if(position EQUAL -1)
    fail("the first error does not say what is wrong\n  expected: ${sentence}\n  got: ${line}\n\n${output}")
endif()

# Without the place: it differs from checkout to checkout and from edit to edit.
get_filename_component(root ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
string(REPLACE "${root}/" "" line "${line}")
string(REGEX REPLACE "^[^\n]*:[0-9]+:[0-9]+: (fatal )?error: " "error: " line "${line}")
file(WRITE ${BINARY_DIR}/${name}.line "${line}")
message(STATUS "${line}")
