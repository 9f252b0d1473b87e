// expect: a layout has no heads of its own: name the component
// Query, key and value have their own heads, of different widths perhaps; a layout as a whole has none.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

#ifdef SUTURE_BAD
auto edit = on<Qkv>(head<0>).zero();
#else
auto edit = on<Q>(head<0>).zero() | on<K>(head<0>).zero() | on<V>(head<0>).zero();
#endif
