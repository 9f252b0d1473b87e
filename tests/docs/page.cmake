# A page quotes a program and what it prints: both have to be what they are.
# cmake -D PAGE=... -D SOURCE=... -D PROGRAM=... [-D MODEL=what the program is given] -P page.cmake
file(READ ${PAGE} page)
file(READ ${SOURCE} source)
string(FIND "${page}" "```cpp\n${source}```" at)
if(at EQUAL -1)
    message(FATAL_ERROR "${PAGE} does not quote ${SOURCE} as it is: copy the file into the page")
endif()

if(DEFINED MODEL AND NOT EXISTS ${MODEL})
    message("skipped: ${MODEL} was not made: install python3-torch")
    return()
endif()
execute_process(COMMAND ${PROGRAM} ${MODEL} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
string(FIND "${page}" "```\n${printed}```" at)
if(at EQUAL -1)
    message(FATAL_ERROR "${PAGE} does not quote what ${PROGRAM} prints: copy this into the page\n${printed}")
endif()
