// expect: a place names one component: write on<Q>(token(4))
// Channels are selected within a component, by dims.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<768>().zero();
#else
auto edit = on<Q>(dims<0, 768>).zero();
#endif
