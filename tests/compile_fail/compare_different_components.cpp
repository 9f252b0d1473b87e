// expect: these are different components: use read() to combine their values
// A query that equals a key is a coincidence, or a mistake.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q, View<K<768, 12>> k) {
#ifdef SUTURE_BAD
    at::Tensor same = q == k;
#else
    at::Tensor same = q.read([&](const at::Tensor& a) { return k.read([&](const at::Tensor& b) { return a.eq(b); }); });
#endif
}
