// expect: a histogram counts one activation: write histogram_of(latest[3], bins)
// A recorder holds the activations of several layers.
#include <suture/suture.hpp>

using namespace suture;

void use(const Latest<Resid<768>>& latest) {
#ifdef SUTURE_BAD
    Histogram h = histogram_of(latest);
#else
    Histogram h = histogram_of(latest[3], 20);
#endif
}
