// expect: this would hand out the storage: write x.clone(), or x.read(f)
// Through the pointer, the values could be written unseen.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    float* values = q.data_ptr<float>();
#else
    at::Tensor copy = q.clone();
    float* values = copy.data_ptr<float>();
#endif
}
