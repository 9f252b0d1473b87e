// expect: only a tensor does this: write x.read(f) with f(const at::Tensor&)
// Also where a call takes a list in braces.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    auto turned = q.permute({0, 2, 1});
#else
    auto turned = q.read([](const at::Tensor& t) { return t.permute({0, 2, 1}); });
#endif
}
