// expect: batch rows are a range: write batches(0, 4), or batch(0)
// The plural takes a begin and an end.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(batches(4)).zero();
#else
auto edit = on<Q>(batches(0, 4)).zero();
#endif
