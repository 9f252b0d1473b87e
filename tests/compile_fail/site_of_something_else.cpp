// expect: this is neither a component nor a layout: write HookPoint<Resid<768>>
// The layout says what passes; AnyLayout says that nobody knows.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
HookPoint<float> resid;
#else
HookPoint<Resid<768>> resid;
#endif
