// expect: moments take one activation at a time: write moments.add(view)
// The moments are those of all rows that were added.
#include <suture/suture.hpp>

using namespace suture;

void use(RunningMoments& moments, const Latest<Resid<768>>& latest) {
#ifdef SUTURE_BAD
    moments.add(latest);
#else
    for (const auto& entry : latest) moments.add(entry.view());
#endif
}
