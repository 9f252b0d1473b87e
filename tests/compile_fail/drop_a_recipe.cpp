// expect: a recipe alone changes nothing: pipe an activation into it, or add it to a hook
// `recipe | edit` is a longer recipe; the shorter one stays as it is.
#include <suture/suture.hpp>

using namespace suture;

void extend() {
#ifdef SUTURE_BAD
    auto recipe = on<Q>().zero();
    recipe | on<K>().zero();
#else
    auto recipe = on<Q>().zero();
    auto longer = recipe | on<K>().zero();
#endif
}
