// expect: a set acts while its scope lives: write const auto scope = hooks.activate()
// A scope ends at the end of its block, or by scope.end().
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.deactivate();
#else
    const auto scope = hooks.activate();
#endif
}
