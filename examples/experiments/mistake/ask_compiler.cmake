# Compiles a program that must not compile, and writes the first line of the error into a header:
#   cmake -D COMPILER=... -D FLAGS=... -D SOURCE=... -D HEADER=... -P ask_compiler.cmake
set(ENV{LC_ALL} C)
separate_arguments(flags UNIX_COMMAND "${FLAGS}")
execute_process(COMMAND ${COMPILER} ${flags} -fsyntax-only ${SOURCE}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
    message(FATAL_ERROR "${SOURCE} must not compile, but does")
endif()
if(NOT output MATCHES "[^\n]*/([^/\n]*error: [^\n]*)")
    message(FATAL_ERROR "the compiler gives no error for ${SOURCE}:\n${output}")
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT [==[
// The compiler's error for examples/experiments/mistake/write_a_split_view.cpp. Made by the build.
#pragma once

inline constexpr const char* what_the_compiler_says = R"sentence(@CMAKE_MATCH_1@)sentence";
]==] @ONLY)
