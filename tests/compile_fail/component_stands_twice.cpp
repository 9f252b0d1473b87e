// expect: a component stands twice: derive a component of its own for each
// Two parts of the same type could not be told apart. A component of your own takes one line.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
using Scores = Fused<12, Gate<6>, Gate<6>>;
#else
struct First : ComponentBase<6> {
    static constexpr const char* name = "First";
};
struct Second : ComponentBase<6> {
    static constexpr const char* name = "Second";
};
using Scores = Fused<12, First, Second>;
#endif
static_assert(Scores::width == 12);
