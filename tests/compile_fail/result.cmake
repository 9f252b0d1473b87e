# The build checks each case and keeps what came of it, so that a test run repeats only what changed.
# cmake -D RESULT=... -D CASE=... -D COMPILER=... -D BINARY_DIR=... -P result.cmake   checks a case, writes the result
# cmake -D RESULT=... -P result.cmake                                                 fails if the case failed
if(CASE)
    execute_process(COMMAND ${CMAKE_COMMAND} -D CASE=${CASE} -D COMPILER=${COMPILER} -D BINARY_DIR=${BINARY_DIR}
                            -P ${CMAKE_CURRENT_LIST_DIR}/check.cmake
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(status EQUAL 0)
        file(WRITE ${RESULT} "passed\n${output}")
    else()
        file(WRITE ${RESULT} "failed\n${output}")
    endif()
    return()
endif()

file(READ ${RESULT} output)
if(NOT output MATCHES "^passed\n")
    message(NOTICE "${output}")
    message(FATAL_ERROR "failed")
endif()
message(STATUS "${output}")
