// expect: a key has two switches: write key.enable(), or key.disable()
// Switching off has a name.
#include <suture/suture.hpp>

using namespace suture;

void use(const HookKey& key) {
#ifdef SUTURE_BAD
    key.enable(false);
#else
    key.disable();
#endif
}
