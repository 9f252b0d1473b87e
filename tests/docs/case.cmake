# Turns a page into a program, compiles and runs it, and compares the outcome with the page's first line:
# <!-- expect: passes -->, or words of the error in place of "passes".
# cmake -D PAGE=... -D PAGE_PROGRAM=... -D COMPILER=... -D OUTPUT=the program's path -D ERRORS=... -P case.cmake
file(STRINGS ${PAGE} expectation REGEX "^<!-- expect: .* -->$" LIMIT_COUNT 1)
if(NOT expectation MATCHES "^<!-- expect: (.*) -->$")
    message(FATAL_ERROR "${PAGE} lacks its expectation: begin it with <!-- expect: passes -->, or with words of the error")
endif()
set(expected "${CMAKE_MATCH_1}")

set(make ${PAGE_PROGRAM} ${PAGE} ${OUTPUT}.cpp ${ERRORS})
set(compile ${COMPILER} -std=c++20 -I${CMAKE_CURRENT_LIST_DIR} ${OUTPUT}.cpp -o ${OUTPUT})
set(run ${OUTPUT})
set(came "passes")
foreach(step IN ITEMS make compile run)
    execute_process(COMMAND ${${step}} RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
    if(NOT result EQUAL 0)
        set(came "${said}")
        break()
    endif()
endforeach()

string(FIND "${came}" "${expected}" at)
if(at EQUAL -1)
    message(FATAL_ERROR "${PAGE}\nexpected: ${expected}\ngot: ${came}")
endif()
