// expect: the injected View holds another component: take its values with read()
// Numbers may agree at run time; a key never becomes a query.
#include <suture/suture.hpp>

using namespace suture;

using AnyGpt2 = Gpt2Qkv<dynamic, dynamic>;

auto patch(const View<AnyGpt2>& qkv, const View<Gpt2Qkv<768, 12>>& other) {
#ifdef SUTURE_BAD
    return qkv | on<Q>().set(other[on<K>()]);
#else
    return qkv | on<Q>().set(other[on<Q>()]);
#endif
}
