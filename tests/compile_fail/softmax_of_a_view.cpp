// expect: a View is not a tensor: copy it, view.clone(), or lend it, view.read(f)
// A function of LibTorch takes tensors. `read` lends it one, and checks that it is not written.
#include <ATen/ops/softmax.h>
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    at::Tensor p = at::softmax(q, -1);
#else
    at::Tensor p = q.read([](const at::Tensor& t) { return at::softmax(t, -1); });
#endif
}
