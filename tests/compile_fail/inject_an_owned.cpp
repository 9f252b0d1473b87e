// expect: an Owned is injected as a View: write x.view()
// A recipe is a value that can be copied, and an Owned cannot. A recipe can keep its view, which shows later writes to
// the Owned; clone() the Owned if the values must not change.
#include <suture/suture.hpp>

using namespace suture;

auto patch(const Owned<Q<768, 12>>& donor) {
#ifdef SUTURE_BAD
    return on<Q<768, 12>>(token(4)).set(donor);
#else
    return on<Q<768, 12>>(token(4)).set(donor.view());
#endif
}
