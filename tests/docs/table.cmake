# Checks that a page shows the table that a program prints: its lines from the one that begins with FIRST to the next
# empty one.
# cmake -D PAGE=... -D PROGRAM=... -D FIRST=... -P table.cmake
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
string(FIND "${printed}" "\n${FIRST}" begin)
if(begin EQUAL -1)
    message(FATAL_ERROR "${PROGRAM} printed no line that begins with '${FIRST}'")
endif()
string(SUBSTRING "${printed}" ${begin} -1 table)
string(STRIP "${table}" stripped)
string(FIND "${stripped}\n\n" "\n\n" end)
string(SUBSTRING "${stripped}" 0 ${end} table)
file(READ ${PAGE} page)
string(FIND "${page}" "${table}" at)
if(at EQUAL -1)
    message(FATAL_ERROR "${PAGE} does not show the table that ${PROGRAM} prints: copy this into the page\n${table}")
endif()
