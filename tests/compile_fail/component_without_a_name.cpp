// expect: a component has no name: give it a static constexpr const char* name
// Messages, drawings and printed recipes refer to a component by its name.
#include <suture/core.hpp>

using namespace suture;

#ifdef SUTURE_BAD
struct Router : ComponentBase<8> {};
#else
struct Router : ComponentBase<8> {
    static constexpr const char* name = "Router";
};
#endif

static_assert(Fused<16, Q<8>, Router>::width == 16);
