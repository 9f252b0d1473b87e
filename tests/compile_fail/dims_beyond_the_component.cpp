// expect: dims reach beyond the component: end them at its width, or that of a head
// Dims are counted within the component. Channel 770 of this activation is a key.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q<768, 12>>(dims<760, 780>).set(0.0);
#else
auto edit = on<Q<768, 12>>(dims<760, 768>).set(0.0);
#endif
