// The entry of both test programs: doctest's own, which runs the cases of every other file.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
