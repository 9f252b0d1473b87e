// expect: this reduces one axis at a time: write x.sum(-1), or x.read(f) for more
// Axes are numbers; Axis::token belongs to edits.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    auto mean = q.mean(Axis::token);
#else
    auto mean = q.mean(-2);
#endif
}
