// expect: a layout has no heads: name one of its components
// Query, key and value each have heads, possibly of different widths; the layout as a whole has none.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

#ifdef SUTURE_BAD
auto edit = on<Qkv>(head<0>).zero();
#else
auto edit = on<Q>(head<0>).zero() | on<K>(head<0>).zero() | on<V>(head<0>).zero();
#endif
