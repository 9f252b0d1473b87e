# Writes docs/compile-errors.md from the cases and from the error lines that check.cmake left, or checks that the
# committed page equals the one that it would write:
# cmake -D GXX=... -D CLANGXX=... -D BINARY_DIR=... -D PAGE=... -P page.cmake write|check
# The page is sorted by the sentence that the compiler says, and headed with it; the mistakes with that sentence follow.
# Lines are compared only for the compiler versions that the page names: other versions word errors differently.
math(EXPR last "${CMAKE_ARGC} - 1")
set(mode ${CMAKE_ARGV${last}})

# Major version of a compiler.
function(major_version name compiler)
    execute_process(COMMAND ${compiler} -dumpversion OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCH "^[0-9]+" version "${version}")
    set(${name} ${version} PARENT_SCOPE)
endfunction()

# The first text between two marks, or nothing. Plain searches, because code contains characters that CMake's lists and
# patterns trip over.
function(between name text begin end)
    set(found "")
    string(FIND "${text}" "${begin}" from)
    if(NOT from EQUAL -1)
        string(LENGTH "${begin}" length)
        math(EXPR from "${from} + ${length}")
        string(SUBSTRING "${text}" ${from} -1 found)
        string(FIND "${found}" "${end}" to)
        string(SUBSTRING "${found}" 0 ${to} found)
    endif()
    set(${name} "${found}" PARENT_SCOPE)
endfunction()

# Code without the indentation that all its lines share, if that is one level.
function(dedent name code)
    string(REGEX REPLACE "(^|\n)    " "\\1" shifted "\n${code}")
    string(REGEX MATCH "\n[^ \n]" flush_line "\n${code}")
    if(NOT flush_line)
        string(SUBSTRING "${shifted}" 1 -1 code)
    endif()
    set(${name} "${code}" PARENT_SCOPE)
endfunction()

# The sentence of a case: what its first line expects.
function(sentence_of name case)
    file(STRINGS ${case} line LIMIT_COUNT 1)
    string(REGEX REPLACE "^// expect: " "" line "${line}")
    set(${name} "${line}" PARENT_SCOPE)
endfunction()

# A case's section of the page.
function(section name case)
    get_filename_component(title ${case} NAME_WE)
    file(READ ${BINARY_DIR}/g++/${title}.line gxx_line)
    file(READ ${BINARY_DIR}/clang++/${title}.line clangxx_line)
    string(REPLACE "_" " " title ${title})
    string(SUBSTRING ${title} 0 1 initial)
    string(SUBSTRING ${title} 1 -1 rest)
    string(TOUPPER ${initial} initial)

    file(READ ${case} text)
    string(REGEX MATCH "^// expect: [^\n]*\n((//[^\n]*\n)*)" comment "${text}")
    string(REGEX REPLACE "(^|\n)// ?" "\\1" explanation "${CMAKE_MATCH_1}")
    between(branches "${text}" "#ifdef SUTURE_BAD\n" "#endif")
    string(FIND "${branches}" "#else\n" has_twin)
    if(has_twin EQUAL -1)
        dedent(bad "${branches}")
        set(instead "")
    else()
        string(SUBSTRING "${branches}" 0 ${has_twin} bad)
        dedent(bad "${bad}")
        between(twin "${branches}" "#else\n" "#endif")
        dedent(twin "${twin}")
        set(instead "Instead:\n\n```cpp\n${twin}```\n\n")
    endif()

    set(${name} "### ${initial}${rest}\n\n${explanation}\n```cpp\n${bad}```\n\n```text\ng++:   ${gxx_line}\nclang: ${clangxx_line}\n```\n\n${instead}"
        PARENT_SCOPE)
endfunction()

major_version(gxx ${GXX})
major_version(clangxx ${CLANGXX})
set(compilers "g++ ${gxx} and clang ${clangxx}")
set(origin "The errors are those of ${compilers}.")

if(mode STREQUAL "check")
    if(NOT EXISTS ${PAGE})
        message(FATAL_ERROR "${PAGE} is missing: build the target compile_errors_doc")
    endif()
    file(READ ${PAGE} committed)
    string(FIND "${committed}" "${origin}" position)
    if(position EQUAL -1)
        execute_process(COMMAND ${CMAKE_COMMAND} -E echo "skipped: the page was not written with ${compilers}")
        return()
    endif()
endif()

set(page "# Compile errors

Search this page for the sentence of the first error. clang prints it after `error:`; g++ prints it after
`static assertion failed:`, or in quotes inside `Rejected<...>`. Under each sentence are the mistakes that lead to it: the
cause, the refused line, the first error of both compilers, and the code to write instead.
${origin}

This page is generated from `tests/compile_fail` by `cmake --build --preset clang --target compile_errors_doc`, and a test
compares the two. An error that is not here has no sentence yet: the [FAQ](faq.md#common-compile-errors) explains some of those.

")
file(GLOB cases ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
list(SORT cases)
set(sentences)
foreach(case IN LISTS cases)
    sentence_of(sentence ${case})
    list(APPEND sentences "${sentence}")
endforeach()
list(REMOVE_DUPLICATES sentences)
list(SORT sentences CASE INSENSITIVE)
foreach(wanted IN LISTS sentences)
    string(REPLACE "<" "\\<" heading "${wanted}")  # Markdown would take it for HTML
    string(APPEND page "## ${heading}\n\n")
    foreach(case IN LISTS cases)
        sentence_of(sentence ${case})
        if(sentence STREQUAL wanted)
            section(text ${case})
            string(APPEND page "${text}")
        endif()
    endforeach()
endforeach()
string(REGEX REPLACE "\n+$" "\n" page "${page}")

if(mode STREQUAL "write")
    file(WRITE ${PAGE} "${page}")
elseif(NOT committed STREQUAL page)
    file(WRITE ${BINARY_DIR}/compile-errors.md "${page}")
    message(FATAL_ERROR "${PAGE} is stale: build the target compile_errors_doc\n"
                        "What it should be: ${BINARY_DIR}/compile-errors.md")
endif()
