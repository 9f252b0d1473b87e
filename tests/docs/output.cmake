# A page shows what a program prints: it has to be what it is.
# cmake -D PAGE=... -D PROGRAM=... -D ARGUMENT=the file that the program is given, or nothing -P output.cmake
if(ARGUMENT AND NOT EXISTS ${ARGUMENT})
    message("skipped: ${ARGUMENT} was not made: install python3-torch")
    return()
endif()
execute_process(COMMAND ${PROGRAM} ${ARGUMENT} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
file(READ ${PAGE} page)
string(FIND "${page}" "```\n${printed}```" at)
if(at EQUAL -1)
    message(FATAL_ERROR "${PAGE} does not show what ${PROGRAM} prints: copy this into the page\n${printed}")
endif()
