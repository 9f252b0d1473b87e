// expect: a scope is made by its set: write const auto scope = hooks.activate()
// A scope cannot be moved. One that ends early is held by std::optional.
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks) {
#ifdef SUTURE_BAD
    Scope scope;
#else
    const auto scope = hooks.activate();
#endif
}
