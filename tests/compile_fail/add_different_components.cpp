// expect: these are different components: use read() to combine their values
// What would the sum of a query and a key be? If it means something, `read` computes it.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q, View<K<768, 12>> k) {
#ifdef SUTURE_BAD
    auto sum = q + k;
#else
    auto doubled = q + q;
#endif
}
