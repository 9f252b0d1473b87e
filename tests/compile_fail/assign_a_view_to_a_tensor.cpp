// expect: a View is not a tensor: copy it, view.clone(), or lend it, view.read(f)
// The tensor would share the storage that the View protects.
#include <suture/suture.hpp>

using namespace suture;

void keep(at::Tensor& kept, View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    kept = q;
#else
    kept = q.clone();
#endif
}
