// expect: this reduces one axis at a time: write x.sum(-1), or x.read(f) for more
// The reductions are those over one axis, or over everything.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    auto total = q.sum({0, 1});
#else
    auto total = q.read([](const at::Tensor& t) { return t.sum(at::IntArrayRef({0, 1})); });
#endif
}
