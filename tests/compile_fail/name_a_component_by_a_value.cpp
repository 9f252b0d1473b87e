// expect: a place names one component: write on<Q>(token(4))
// Components are types: `Q<768, 12>` has no values.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on(Q<768, 12>{}).zero();
#else
auto edit = on<Q<768, 12>>().zero();
#endif
