// expect: a HookPoint is not a pointer: write point.name(), with a dot
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const HookPoint<Resid<768>>& point) {
#ifdef SUTURE_BAD
    auto name = point->name();
#else
    auto name = point.name();
#endif
}
