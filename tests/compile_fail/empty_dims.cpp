// expect: dims<begin, end> selects nothing: write begin below end, from 0
// The end is not a count: ten channels from 20 on are dims<20, 30>.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto edited = activation | on<Q>(dims<20, 10>).zero();
#else
    auto edited = activation | on<Q>(dims<20, 30>).zero();
#endif
}
