// expect: a View is read at a place: write view[on<C>(token(4))]
// A selector narrows a component; `on` names the component.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto row = activation[token(4)];
#else
    auto row = activation[on<Qkv>(token(4))];
#endif
}
