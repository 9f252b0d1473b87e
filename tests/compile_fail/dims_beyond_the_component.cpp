// expect: dims reach beyond the component or head: end them at its width
// Dims are counted within the component. Channel 770 of this activation belongs to the key.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q<768, 12>>(dims<760, 780>).set(0.0);
#else
auto edit = on<Q<768, 12>>(dims<760, 768>).set(0.0);
#endif
