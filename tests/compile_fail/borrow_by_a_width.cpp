// expect: borrow takes a layout and a tensor: write borrow<Layout>(tensor)
// A width says how many channels there are, not what they mean.
#include <suture/suture.hpp>

using namespace suture;

void look(const at::Tensor& stream) {
#ifdef SUTURE_BAD
    auto view = borrow<768>(stream);
#else
    auto view = borrow<Resid<768>>(stream);
#endif
}
