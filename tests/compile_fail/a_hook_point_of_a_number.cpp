// expect: a HookPoint has a name: write HookPoint<Resid<768>> point(name)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    HookPoint<Resid<768>> point(3);
#else
    HookPoint<Resid<768>> point("h.3.resid_pre");
#endif
}
