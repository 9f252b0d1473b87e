// doctest for tests that use LibTorch. Both define CHECK: LibTorch has to come first and doctest's is kept.
// Tests in tests/core include <doctest/doctest.h> directly: they do without LibTorch.
#pragma once

#include "suture/tensor/torch.hpp"

// LibTorch has a toString of its own for dtypes, which doctest would find and cannot use: name doctest's.
#define DOCTEST_STRINGIFY(...) ::doctest::toString(__VA_ARGS__)

// One call in every check instead of a dozen statements: files compile 10 to 20 % faster. An exception inside a
// check ends its test case.
#define DOCTEST_CONFIG_SUPER_FAST_ASSERTS

#undef CHECK
#include <doctest/doctest.h>
