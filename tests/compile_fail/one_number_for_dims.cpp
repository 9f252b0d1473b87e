// expect: dims are a range or a list: write dims(0, 10), or dims({1, 5})
// One channel is a list of one, or a range of one.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(dims(10)).zero();
#else
auto edit = on<Q>(dims({10})).zero();
#endif
