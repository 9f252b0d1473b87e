// expect: these numbers are not known: write borrow<Layout>(tensor, extents)
// The width of the tensor does not tell the widths and heads of three components.
#include <suture/suture.hpp>

using namespace suture;

using AnyGpt2 = Gpt2Qkv<dynamic, dynamic>;

void look(const at::Tensor& c_attn_output, const Extents<AnyGpt2>& extents) {
#ifdef SUTURE_BAD
    auto view = borrow<AnyGpt2>(c_attn_output);
#else
    auto view = borrow<AnyGpt2>(c_attn_output, extents);
#endif
}
