// expect: this is not a selector: write on<C>(token(4), head(3), dims(0, 10))
// The plural takes a begin and an end.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(dims<10>).zero();
#else
auto edit = on<Q>(dims<0, 10>).zero();
#endif
