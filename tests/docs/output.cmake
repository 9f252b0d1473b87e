# A page shows the output of a program: both must be equal.
# cmake -D PAGE=... -D PROGRAM=... -D ARGUMENT=the program's argument, or nothing -D REMEDY=how to get it -P output.cmake
if(ARGUMENT AND NOT EXISTS ${ARGUMENT})
    message("skipped: ${ARGUMENT} does not exist: ${REMEDY}")
    return()
endif()
execute_process(COMMAND ${PROGRAM} ${ARGUMENT} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
file(READ ${PAGE} page)
string(FIND "${page}" "```\n${printed}```" at)
if(at EQUAL -1)
    message(FATAL_ERROR "${PAGE} does not show the output of ${PROGRAM}: copy this into the page\n${printed}")
endif()
