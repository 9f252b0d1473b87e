// expect: one layer at a time: write history.of(3), or history.of(site.name())
// A History itself is a range of all entries.
#include <suture/suture.hpp>

using namespace suture;

void use(const History<Resid<768>>& history) {
#ifdef SUTURE_BAD
    auto entries = history.of(0, 1);
#else
    auto entries = history.of(0);
#endif
}
