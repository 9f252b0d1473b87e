// expect: take() consumes the Owned: write std::move(owned).take()
// After take() the Owned is empty, and the call makes that visible.
#include <suture/suture.hpp>

using namespace suture;

void give_away(Owned<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    at::Tensor t = q.take();
#else
    at::Tensor t = std::move(q).take();
#endif
}
