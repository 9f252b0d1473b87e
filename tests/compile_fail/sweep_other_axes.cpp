// expect: a sweep patches [batch, token, channel]: give sites with axes in that order
// A sweep runs many prompts and positions together, and tells them apart by their axes.
#include <suture/suture.hpp>

using namespace suture;

using SequenceFirst = Ordered<Resid<768>, Axis::token, Axis::batch>;

auto places(const HookPoint<SequenceFirst>& ahead, const HookPoint<Resid<768>>& usual) {
    (void)ahead, (void)usual;
#ifdef SUTURE_BAD
    return Grid::of<Resid>(ahead);
#else
    return Grid::of<Resid>(usual);
#endif
}
