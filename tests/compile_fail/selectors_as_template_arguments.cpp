// expect: selectors go in parentheses: write on<Q>(token(4), head(3))
// The angle brackets name the component alone.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto edited = view | on<Q, 3>().zero();
#else
    auto edited = view | on<Q>(head<3>).zero();
#endif
}
