// expect: a set is not a condition: keep the keys that add returns
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(HookSet& hooks, const HookKey& key) {
#ifdef SUTURE_BAD
    if (hooks) return;
#else
    if (key.fired() > 0) return;
#endif
}
