// expect: dims reach beyond the component: end them at its width, or that of a head
// With a head, dims are counted within the head: here it has 64.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q<768, 12>>(head<3>, dims<0, 65>).set(0.0);
#else
auto edit = on<Q<768, 12>>(head<3>, dims<0, 64>).set(0.0);
#endif
