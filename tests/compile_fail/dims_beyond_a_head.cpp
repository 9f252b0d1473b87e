// expect: dims reach beyond the component or head: end them at its width
// With a head, dims are counted within the head, which has 64 channels here.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q<768, 12>>(head<3>, dims<0, 65>).set(0.0);
#else
auto edit = on<Q<768, 12>>(head<3>, dims<0, 64>).set(0.0);
#endif
