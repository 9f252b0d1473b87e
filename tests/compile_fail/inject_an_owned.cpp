// expect: an Owned is injected through its view: write x.view()
// A recipe is a value that can be copied, and an Owned cannot. Its view can be kept in a recipe; it shows later
// writes to the Owned, so clone() what must stay as it is.
#include <suture/suture.hpp>

using namespace suture;

auto patch(const Owned<Q<768, 12>>& donor) {
#ifdef SUTURE_BAD
    return on<Q<768, 12>>(token(4)).set(donor);
#else
    return on<Q<768, 12>>(token(4)).set(donor.view());
#endif
}
