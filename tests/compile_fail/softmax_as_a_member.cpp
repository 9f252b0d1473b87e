// expect: only a tensor does this: write x.read(f) with f(const at::Tensor&)
// `read` returns what its function returns, cloned if it shares the storage.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    auto p = q.softmax(-1);
#else
    auto p = q.read([](const at::Tensor& t) { return t.softmax(-1); });
#endif
}
