// expect: a HookSet is not copied: pass a reference, or std::move(hooks)
// The keys of the hooks belong to one set.
#include <suture/suture.hpp>

using namespace suture;

void keep(HookSet& hooks) {
#ifdef SUTURE_BAD
    HookSet second = hooks;
#else
    HookSet second = std::move(hooks);
#endif
}
