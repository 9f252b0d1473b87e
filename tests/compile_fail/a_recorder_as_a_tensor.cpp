// expect: a recorder keeps many tensors: write latest[3].clone(), or history.of(3)
// It keeps one activation of each layer.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    const at::Tensor values = latest;
#else
    const at::Tensor values = latest[3].clone().take();
#endif
}
