// expect: a layout is checked at [batch, token, channel]: name the axes in that order
// The check edits single tokens and compares rows of the output, which it tells apart by their axes.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Gpt2Qkv<768, 12>;

struct Model {
    HookPoint<AnyLayout> c_attn;
    at::Tensor forward(const at::Tensor& ids);
};

auto report(Model& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    return check_layout<Ordered<Qkv, Axis::token, Axis::batch>>(model, model.c_attn, ids);
#else
    return check_layout<Ordered<Qkv, Axis::batch, Axis::token>>(model, model.c_attn, ids);
#endif
}
