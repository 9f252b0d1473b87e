# The reference: every public name of include/suture with its comment, written by the target `reference` to
# tests/docs/reference/html in the build folder. The test passes if Doxygen reports nothing.
find_package(Doxygen QUIET)
if(NOT DOXYGEN_FOUND)
    message(STATUS "Doxygen was not found: the reference is neither built nor tested")
    return()
endif()

set(DOXYGEN_PROJECT_NAME suture)
set(DOXYGEN_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/reference)
set(DOXYGEN_STRIP_FROM_PATH ${PROJECT_SOURCE_DIR}/include)
set(DOXYGEN_STRIP_FROM_INC_PATH ${PROJECT_SOURCE_DIR}/include)
set(DOXYGEN_FILE_PATTERNS *.hpp)
set(DOXYGEN_INPUT_FILTER "sed -f ${CMAKE_CURRENT_SOURCE_DIR}/reference.sed")
# The macros of refused calls expand as for g++: deleted functions, with the sentence in their return type.
set(DOXYGEN_MACRO_EXPANSION YES)
set(DOXYGEN_INCLUDE_PATH ${PROJECT_SOURCE_DIR}/include)
# A self-explanatory name has no comment, and belongs to the reference as well.
set(DOXYGEN_EXTRACT_ALL YES)
set(DOXYGEN_JAVADOC_AUTOBRIEF YES)
set(DOXYGEN_INLINE_INHERITED_MEMB YES)
set(DOXYGEN_GENERATE_LATEX NO)
set(DOXYGEN_HAVE_DOT NO)
set(DOXYGEN_QUIET YES)
set(DOXYGEN_WARN_AS_ERROR FAIL_ON_WARNINGS)
doxygen_add_docs(reference ${PROJECT_SOURCE_DIR}/include/suture COMMENT "Writing the reference")

file(MAKE_DIRECTORY ${DOXYGEN_OUTPUT_DIRECTORY})
add_test(NAME docs/reference COMMAND Doxygen::doxygen ${CMAKE_CURRENT_BINARY_DIR}/Doxyfile.reference)
