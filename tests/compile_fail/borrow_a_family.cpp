// expect: a family has no width: name the component, as in borrow<Q<768>>(tensor)
// `borrow` checks the width, which a family does not have. A family is enough for `on`, where the layout
// supplies the width.
#include <suture/suture.hpp>

using namespace suture;

auto query(const at::Tensor& tensor) {
#ifdef SUTURE_BAD
    return borrow<Q>(tensor);
#else
    return borrow<Q<768>>(tensor);
#endif
}
