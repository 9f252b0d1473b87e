// expect: a const Owned is read-only: write x.view() | edit, which clones
// A const Owned cannot give its storage up.
#include <suture/suture.hpp>

using namespace suture;

void ablate(const Owned<Q<768, 12>>& q) {
#ifdef SUTURE_BAD
    auto edited = q | on<Q>().zero();
#else
    auto edited = q.view() | on<Q>().zero();
#endif
}
