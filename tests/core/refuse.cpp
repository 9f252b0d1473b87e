#include "suture/core/refuse.hpp"

#include "suture/core/diagnostics.hpp"

#include <doctest/doctest.h>

#ifdef SUTURE_REJECTED
#error "a header that uses the macros takes them back at its end"
#endif

#include "suture/core/refuse.hpp"

#include "suture/core/refuse.hpp"

namespace {
struct Door {
    int open(int) const { return 1; }
    template <class T>
    SUTURE_REJECTED("this door opens with a number: give one", open(T*) const);
};
}  // namespace

#include "suture/core/end_refuse.hpp"

TEST_CASE("a refused call answers no where it is probed, and leaves the others alone") {
    constexpr auto opens = []<class T>(T) {
        return requires(const Door& door, T key) { door.open(key); };
    };
    CHECK(opens(3));
    CHECK(!opens("key"));
    CHECK(Door().open(3) == 1);
}
