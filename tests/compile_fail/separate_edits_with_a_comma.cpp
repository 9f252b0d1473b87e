// expect: edits compose with |: write first | second
// The comma would drop the first.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto recipe = (on<Q>().zero(), on<K>().zero());
#else
auto recipe = (on<Q>().zero() | on<K>().zero());
#endif
