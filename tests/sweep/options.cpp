#include "suture/sweep/options.hpp"

#include "doctest.hpp"

using namespace suture;

static_assert(Optimisations{} != Optimisations::none());

TEST_CASE("every optimisation is on unless it is switched off, and none() switches all of them off") {
    const Optimisations all, none = Optimisations::none();
    for (const auto one : {&Optimisations::prefix, &Optimisations::batch, &Optimisations::skip_unchanged,
                           &Optimisations::suffix, &Optimisations::unembed}) {
        CHECK(all.*one);
        CHECK_FALSE(none.*one);
    }
}

TEST_CASE("a sweep runs every cell by default") {
    const SweepOptions options;
    CHECK(options.share == 1);
    CHECK_FALSE(options.attribution);
    CHECK_FALSE(options.journal);
    CHECK_FALSE(options.claim);
}
