#include "suture/core/end_refuse.hpp"

#include "suture/core/refuse.hpp"

#include <doctest/doctest.h>

#ifndef SUTURE_REJECTED
#error "refuse.hpp defines the macros"
#endif
#include "suture/core/end_refuse.hpp"

namespace {
constexpr bool has_macros =
#if defined(SUTURE_REJECTED) || defined(SUTURE_REJECTED_FOR) || defined(SUTURE_REJECTED_COPY) || defined(SUTURE_FAULTS)
    true;
#else
    false;
#endif
}  // namespace

TEST_CASE("the macros are taken back, also where they were not defined") { CHECK(!has_macros); }
