// expect: a recorder has a layout: write Latest<Qkv>, or Latest<AnyLayout>
// A recorder of a component keeps that component alone.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use() {
#ifdef SUTURE_BAD
    Latest latest;
#else
    Latest<Qkv> latest;
#endif
}
