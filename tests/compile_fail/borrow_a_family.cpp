// expect: a family has no width: name the component, as in borrow<Q<768>>(tensor)
// The width is what borrow checks. A family name is enough in `on` and `get`, where a layout says the rest.
#include <suture/suture.hpp>

using namespace suture;

auto query(const at::Tensor& tensor) {
#ifdef SUTURE_BAD
    return borrow<Q>(tensor);
#else
    return borrow<Q<768>>(tensor);
#endif
}
