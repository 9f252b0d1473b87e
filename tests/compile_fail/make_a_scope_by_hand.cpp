// expect: a scope is made by its set: write const auto scope = hooks.activate()
// The set checks that it has hooks.
#include <suture/suture.hpp>

using namespace suture;

void run(const HookSet& hooks) {
#ifdef SUTURE_BAD
    Scope scope(hooks);
#else
    const auto scope = hooks.activate();
#endif
}
