// expect: equal compares what has a layout: write view.equal(borrow<Layout>(tensor))
// Equal values in another layout mean something else.
#include <suture/suture.hpp>

using namespace suture;

bool same(View<Q<768, 12>> q, const at::Tensor& t) {
#ifdef SUTURE_BAD
    return q.equal(t);
#else
    return q.equal(borrow<Q<768, 12>>(t));
#endif
}
