// expect: a HookSet is not copied: pass a reference, or std::move(hooks)
// Assigning is copying.
#include <suture/suture.hpp>

using namespace suture;

void keep(HookSet& kept, HookSet& hooks) {
#ifdef SUTURE_BAD
    kept = hooks;
#else
    kept = std::move(hooks);
#endif
}
