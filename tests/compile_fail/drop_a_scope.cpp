// expect: hooks are active while the scope lives: give it a name
// The scope would end at once, and the model would run without hooks.
#include <suture/suture.hpp>

using namespace suture;

void run(const HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.activate();
#else
    const auto scope = hooks.activate();
#endif
}
