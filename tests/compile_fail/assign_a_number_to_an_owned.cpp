// expect: an Owned is written at a place: for all of it, write x[on<Layout>()] = value
// An assignment to the Owned itself would replace the object; one at a place writes its values.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Owned<Qkv>& activation) {
#ifdef SUTURE_BAD
    activation = 0;
#else
    activation[on<Qkv>()] = 0;
#endif
}
