// expect: take() consumes the Owned: write std::move(owned).take()
// After take() the Owned holds nothing, and the call shows it.
#include <suture/suture.hpp>

using namespace suture;

void give_away(Owned<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    at::Tensor t = q.take();
#else
    at::Tensor t = std::move(q).take();
#endif
}
