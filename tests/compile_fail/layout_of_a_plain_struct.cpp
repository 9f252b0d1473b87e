// expect: a layout holds components only: derive each from ComponentBase<width>
// The base checks the width and the heads.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
struct Router {
    static constexpr const char* name = "Router";
    static constexpr Index width = 8, heads = 1;
};
static_assert(Fused<8, Router>::width == 8);
#else
struct Router : ComponentBase<8> {
    static constexpr const char* name = "Router";
};
static_assert(Fused<8, Router>::width == 8);
#endif
