// expect: hooks are removed by clear(), or by a key: write hooks.clear()
// A key, which add returns, removes the hooks of one call.
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.reset_hooks();
#else
    hooks.clear();
#endif
}
