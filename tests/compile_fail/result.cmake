# Checks one case and keeps what came of it in a file, whose first line is "passed" or "failed":
# cmake -D RESULT=... -D CASE=... -D COMPILER=... -D BINARY_DIR=... -P result.cmake
# The build does so, hence a test run repeats only what changed.
execute_process(COMMAND ${CMAKE_COMMAND} -D CASE=${CASE} -D COMPILER=${COMPILER} -D BINARY_DIR=${BINARY_DIR}
                        -P ${CMAKE_CURRENT_LIST_DIR}/check.cmake
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0)
    file(WRITE ${RESULT} "passed\n${output}")
else()
    file(WRITE ${RESULT} "failed\n${output}")
endif()
