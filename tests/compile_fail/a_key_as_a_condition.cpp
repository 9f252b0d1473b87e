// expect: a key is not a condition: write key.fired() > 0
// It always stands for hooks.
#include <suture/suture.hpp>

using namespace suture;

void use(const HookKey& key) {
#ifdef SUTURE_BAD
    if (key) key.disable();
#else
    if (key.fired() > 0) key.disable();
#endif
}
