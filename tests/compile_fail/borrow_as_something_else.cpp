// expect: this is neither a component nor a layout: write borrow<Q<768, 12>>(tensor)
// A layout is `Fused<...>`, `Grouped<...>` or one component.
#include <suture/suture.hpp>

using namespace suture;

void look(const at::Tensor& stream) {
#ifdef SUTURE_BAD
    auto view = borrow<float>(stream);
#else
    auto view = borrow<Resid<768>>(stream);
#endif
}
