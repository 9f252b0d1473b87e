// expect: an activation is not a pointer: write x.sizes(), with a dot
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const View<Q<768, 12>>& x) {
#ifdef SUTURE_BAD
    auto sizes = x->sizes();
#else
    auto sizes = x.sizes();
#endif
}
