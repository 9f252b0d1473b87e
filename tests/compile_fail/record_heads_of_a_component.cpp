// expect: a recorder of C keeps all channels of C: name a place of C without heads or dims
// Record the component, and read its heads from the View.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    Latest<Q<768, 12>> queries(on<Q>(head(3)));
#else
    Latest<Q<768, 12>> queries(on<Q>(token(-1)));
#endif
}
