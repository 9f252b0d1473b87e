// expect: dims reach beyond the component or head: end them at its width
// Dims are counted within the component. Channel 770 of this activation belongs to the key.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto edited = activation | on<Q>(dims<760, 780>).set(0.0);
#else
    auto edited = activation | on<Q>(dims<760, 768>).set(0.0);
#endif
}
