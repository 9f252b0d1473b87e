// expect: a family has no width: name the component, as in adopt<Q<768>>
// The width is checked when a tensor is adopted.
#include <suture/suture.hpp>

using namespace suture;

void own(at::Tensor t) {
#ifdef SUTURE_BAD
    auto owned = adopt<Q>(std::move(t));
#else
    auto owned = adopt<Q<768>>(std::move(t));
#endif
}
