// expect: this would hand out the storage: write x.clone(), or x.read(f)
// What shares the storage could be written. A clone keeps its gradient; detach the clone.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    at::Tensor t = q.detach();
#else
    at::Tensor t = q.clone().take().detach();
#endif
}
