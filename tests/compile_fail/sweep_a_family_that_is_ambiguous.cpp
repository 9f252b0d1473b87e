// expect: the layout has several components of this family: name one in full
// A grid patches each component separately, so it must know which of the two queries is meant, or be given both.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Mixed = Fused<96, Q<64>, Q<32>>;

auto places(const HookPoint<Mixed>& projection) {
#ifdef SUTURE_BAD
    return Grid::of<Q>(projection);
#else
    return Grid::of<Q<64>, Q<32>>(projection);
#endif
}
