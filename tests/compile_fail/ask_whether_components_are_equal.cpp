// expect: these are different components: use read() to combine their values
// Query and key have equal shapes, and the comparison would answer.
#include <suture/suture.hpp>

using namespace suture;

bool same(View<Q<768, 12>> q, View<K<768, 12>> k) {
#ifdef SUTURE_BAD
    return q.equal(k);
#else
    return q.equal(q.clone());
#endif
}
