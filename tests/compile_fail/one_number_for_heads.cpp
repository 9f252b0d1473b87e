// expect: heads are a range or a list: write heads(0, 4), heads({1, 5}), or head(3)
// The plural takes a begin and an end.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(heads(4)).zero();
#else
auto edit = on<Q>(heads(0, 4)).zero();
#endif
