# Checks all cases with one compiler, which reads the headers once for all of them:
# cmake -D CASES=<file with a path on each line> -D COMPILER=... -D BINARY_DIR=... -P batch.cmake
# Each case stands in a namespace of its own. Its first error is found in the compiler's output; a case whose sentence is
# not found there, or that does not need LibTorch, is compiled alone, which gives the verdict.
set(ENV{LC_ALL} C)
file(STRINGS ${CASES} cases)

set(includes "")
set(namespaces "")
foreach(case IN LISTS cases)
    get_filename_component(name ${case} NAME_WE)
    file(STRINGS ${case} lines REGEX "^#include ")
    list(APPEND includes ${lines})
    string(APPEND namespaces "namespace ${name} {\n#include \"${case}\"\n}\n")
endforeach()
list(REMOVE_DUPLICATES includes)
list(JOIN includes "\n" includes)
file(WRITE ${BINARY_DIR}/batch.cpp "${includes}\n${namespaces}")

execute_process(COMMAND ${COMPILER} @${BINARY_DIR}/../libtorch.flags -include ${BINARY_DIR}/libtorch.hpp
        @${BINARY_DIR}/batch.flags -fsyntax-only -Werror=unused-result -DSUTURE_BAD ${BINARY_DIR}/batch.cpp
    RESULT_VARIABLE ignored OUTPUT_VARIABLE output ERROR_VARIABLE output)

# The line of the text around a position.
function(line_at name text position)
    string(SUBSTRING "${text}" 0 ${position} before)
    string(FIND "${before}" "\n" begin REVERSE)
    math(EXPR begin "${begin} + 1")
    string(SUBSTRING "${text}" ${begin} -1 rest)
    string(FIND "${rest}" "\n" length)
    string(SUBSTRING "${rest}" 0 ${length} line)
    set(${name} "${line}" PARENT_SCOPE)
endfunction()

# The first error of a case. One in a header, where a template failed, is printed by g++ after the line of the case that
# uses the template, and by clang before it.
function(first_error name case)
    set(${name} "" PARENT_SCOPE)
    string(FIND "${output}" "${case}:" mention)
    if(mention EQUAL -1)
        return()
    endif()
    string(SUBSTRING "${output}" ${mention} -1 after)
    line_at(line "${after}" 0)
    if(line MATCHES "^[^\n]*:[0-9]+:[0-9]+: note: ")
        string(SUBSTRING "${output}" 0 ${mention} after)
        string(FIND "${after}" "error: " error REVERSE)
    else()
        string(FIND "${after}" "error: " error)
    endif()
    if(NOT error EQUAL -1)
        line_at(line "${after}" ${error})
        set(${name} "${line}" PARENT_SCOPE)
    endif()
endfunction()

get_filename_component(root ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
foreach(case IN LISTS cases)
    get_filename_component(name ${case} NAME_WE)
    file(STRINGS ${case} sentence LIMIT_COUNT 1)
    string(REGEX REPLACE "^// expect: " "" sentence "${sentence}")
    file(STRINGS ${case} beyond_core REGEX "^#include [<\"]suture/([^c]|c[^o])")
    set(found -1)
    if(beyond_core)
        first_error(line ${case})
        string(FIND "${line}" "${sentence}" found)
    endif()
    if(found EQUAL -1)
        execute_process(COMMAND ${CMAKE_COMMAND} -D RESULT=${BINARY_DIR}/${name}.result -D CASE=${case}
            -D COMPILER=${COMPILER} -D BINARY_DIR=${BINARY_DIR} -P ${CMAKE_CURRENT_LIST_DIR}/result.cmake)
    else()
        string(REPLACE "${root}/" "" line "${line}")
        string(REGEX REPLACE "^[^\n]*:[0-9]+:[0-9]+: (fatal )?error: " "error: " line "${line}")
        file(WRITE ${BINARY_DIR}/${name}.line "${line}")
        file(WRITE ${BINARY_DIR}/${name}.result "passed\n-- ${line}\n")
    endif()
endforeach()
