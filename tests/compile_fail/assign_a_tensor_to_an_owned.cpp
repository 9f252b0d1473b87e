// expect: an Owned is written at a place: for all of it, write x[on<Layout>()] = value
// At a place the tensor is copied in, with the checks of an edit.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void replace(Owned<Qkv>& activation, const at::Tensor& values) {
#ifdef SUTURE_BAD
    activation = values;
#else
    activation[on<Qkv>()] = values;
#endif
}
