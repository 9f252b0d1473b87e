# The README quotes a program and what it prints: both have to be what they are.
# cmake -D README=... -D SOURCE=... -D PROGRAM=... -P readme.cmake
file(READ ${README} readme)
file(READ ${SOURCE} source)
string(FIND "${readme}" "```cpp\n${source}```" at)
if(at EQUAL -1)
    message(FATAL_ERROR "${README} does not quote ${SOURCE} as it is: copy the file into the page")
endif()

execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
string(FIND "${readme}" "```\n${printed}```" at)
if(at EQUAL -1)
    message(FATAL_ERROR "${README} does not quote what ${PROGRAM} prints: copy this into the page\n${printed}")
endif()
