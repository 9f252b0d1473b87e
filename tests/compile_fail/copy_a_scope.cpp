// expect: a scope ends once: pass a reference, or call hooks.activate() again
// Its destructor ends it.
#include <suture/suture.hpp>

using namespace suture;

void use(const HookSet& hooks) {
#ifdef SUTURE_BAD
    const auto scope = hooks.activate();
    const auto copy = scope;
#else
    const auto scope = hooks.activate();
    const auto& same = scope;
    (void)same;
#endif
}
